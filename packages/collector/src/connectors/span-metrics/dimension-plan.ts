import { spanFields } from "@genscope/semconv";
import type { DimensionConfig } from "./config.ts";

/** A label, and where its value comes from. */
export interface Dimension {
  readonly label: string;
  readonly labelBytes: Uint8Array;
  /** Keys to look for, the first one that is there counts. */
  readonly keys: readonly string[];
  readonly fallback: Uint8Array | undefined;
}

/** Dimensions by name, and patterns of keys that are dimensions by their own names. */
export interface DimensionPlan {
  readonly dimensions: readonly Dimension[];
  readonly globs: readonly string[];
}

const encoder = new TextEncoder();

/** A name first, then the other names that dialects have for the same thing. */
export function keysOf(name: string): readonly string[] {
  const field = spanFields.find(({ keys }) => keys.includes(name));
  return field === undefined ? [name] : [name, ...field.keys.filter((key) => key !== name)];
}

/** Without what stands twice, or is excluded. */
export function planDimensions(configs: readonly DimensionConfig[], without: readonly string[]): DimensionPlan {
  const seen = new Set(without);
  const dimensions: Dimension[] = [];
  for (const { name, default: fallback } of configs) {
    if (name === "" || seen.has(name)) continue;
    seen.add(name);
    dimensions.push({
      label: name,
      labelBytes: encoder.encode(name),
      keys: keysOf(name),
      fallback: fallback === undefined ? undefined : encoder.encode(fallback),
    });
  }
  return { dimensions, globs: configs.flatMap(({ glob }) => (glob === "" ? [] : [glob])) };
}
