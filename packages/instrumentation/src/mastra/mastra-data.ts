import { isObject, type JsonObject, objectOf, stringOf } from "../core/read.ts";

/** What is used of a span of Mastra's own tracing, as it is exported. */
export interface MastraSpan {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly parentSpanId: string | undefined;
  /** What it is of: the name of an agent, a workflow, a tool. */
  readonly subject: string;
  readonly attributes: JsonObject;
  readonly metadata: JsonObject;
  readonly input: unknown;
  readonly output: unknown;
  readonly failure: { readonly name: string; readonly message: string } | undefined;
}

export function spanOf(exported: unknown): MastraSpan | undefined {
  const span = objectOf(exported);
  const [id, type] = [stringOf(span["id"]), stringOf(span["type"])];
  if (id === undefined || type === undefined) return undefined;
  const name = stringOf(span["name"]) ?? type;
  const attributes = objectOf(span["attributes"]);
  return {
    id,
    type,
    name,
    parentSpanId: stringOf(span["parentSpanId"]),
    subject: stringOf(span["entityName"]) ?? stringOf(span["entityId"]) ?? /'(.+)'/u.exec(name)?.[1] ?? name,
    attributes,
    metadata: objectOf(span["metadata"]),
    input: span["input"],
    output: span["output"],
    failure: failureOf(span["errorInfo"], attributes),
  };
}

function failureOf(error: unknown, { success, status }: JsonObject): MastraSpan["failure"] {
  if (isObject(error)) {
    const name = stringOf(error["name"]);
    return {
      // an error of Mastra's own is told by its id
      name: (name?.startsWith("Mastra") === true ? stringOf(error["id"]) : name) ?? "_OTHER",
      message: stringOf(error["message"]) ?? "",
    };
  }
  return success === false || status === "failed" ? { name: "_OTHER", message: "" } : undefined;
}
