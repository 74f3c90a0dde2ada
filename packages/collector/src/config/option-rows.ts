import type { z } from "zod";
import { formatDuration } from "../ottl/values/go-duration.ts";

/** One option of a component, as its schema has it. */
export interface OptionRow {
  /** Names with dots between; `[]` behind one that is a list of maps, `<name>` for names that somebody chooses. */
  readonly path: string;
  /** As the Collector names types of Go, or the words there are. */
  readonly type: string;
  /** What it is if it is left out; undefined for nothing. */
  readonly fallback: unknown;
}

/** Every option that a component's schema takes, in its order. */
export function optionRows(schema: z.ZodType, path = ""): readonly OptionRow[] {
  const def: Definition = (schema as unknown as { readonly def: Definition }).def;
  switch (def.type) {
    case "pipe":
      return isCode(def) ? [row(schema, path, typeOf(schema))] : optionRows(shapeOf(def), path);
    case "optional":
      return optionRows(def.innerType!, path);
    case "object":
      // a name that is all there is to say
      if (path !== "" && Object.keys(def.shape!).length === 0) return [row(schema, path, "map")];
      return Object.entries(def.shape!).flatMap(([name, field]) =>
        optionRows(field, path === "" ? name : `${path}.${name}`),
      );
    case "array":
      return inside(schema, optionRows(def.element!, `${path}[]`), path, "list");
    case "record":
      return inside(schema, optionRows(def.valueType!, `${path}.<name>`), path, "map");
    default:
      return [row(schema, path, typeOf(schema))];
  }
}

function defOf(schema: z.ZodType | undefined): Definition | undefined {
  return (schema as unknown as { readonly def: Definition } | undefined)?.def;
}

/** A value as it is written, read by code. */
function isCode({ in: before, out }: Definition): boolean {
  return defOf(out)?.type === "transform" && defOf(before)?.type !== "pipe";
}

/** What of a pipe tells its options: what comes out, unless code makes that of what went in. */
function shapeOf({ in: before, out }: Definition): z.ZodType {
  return defOf(out)?.type === "transform" ? before! : out!;
}

function row(schema: z.ZodType, path: string, type: string): OptionRow {
  const fallback = schema.safeParse(undefined).data;
  return {
    path,
    type,
    fallback:
      type === "duration" && typeof fallback === "number"
        ? formatDuration(BigInt(Math.round(fallback * 1e6)))
        : fallback,
  };
}

/** Found out by asking the field, which keeps no type of its own. */
function typeOf(schema: z.ZodType): string {
  const takes = (value: unknown): unknown => schema.safeParse(value).data;
  if (takes("1s") === 1_000) return "duration";
  if (takes("1KiB") === 1_024) return "bytes";
  if (takes("\u0000") === "\u0000") return takes(true) === true ? "any" : "string";
  if (takes(true) === true) return "bool";
  if (takes(1) === 1) return takes(1.5) === 1.5 ? "float" : "int";
  const words = /must be one of (.*), not /.exec(schema.safeParse("\u0000").error?.issues[0]?.message ?? "");
  return words === null ? "any" : words[1]!.replace(/^, /, "");
}

/** Elements with options of their own are listed by these; others are values of the list or map. */
function inside(
  schema: z.ZodType,
  elements: readonly OptionRow[],
  path: string,
  type: "list" | "map",
): readonly OptionRow[] {
  const [only] = elements;
  const isPlain = elements.length === 1 && (only!.path === `${path}[]` || only!.path === `${path}.<name>`);
  return isPlain ? [row(schema, path, `${type} of ${only!.type}`)] : elements;
}

/** The parts of zod's definitions that are read here. */
interface Definition {
  readonly type: string;
  readonly in?: z.ZodType;
  readonly out?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
}
