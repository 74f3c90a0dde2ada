import type { KeyValue } from "@genscope/server/contract";
import { spanFields, type SpanFieldName } from "@genscope/semconv";
import { attributeText } from "./attribute-text.ts";

export interface FieldAnswer {
  readonly text: string;
  /** The key that told. */
  readonly key: string;
}

/** What the attributes say about a span, asked in the vocabulary's order of precedence. */
export function readFields(attributes: readonly KeyValue[]): ReadonlyMap<SpanFieldName, FieldAnswer> {
  const values = new Map<string, string>();
  for (const { key, value } of attributes) if (!values.has(key)) values.set(key, attributeText(value));
  const answers = new Map<SpanFieldName, FieldAnswer>();
  for (const { field, keys } of spanFields) {
    const key = keys.find((one) => (values.get(one) ?? "") !== "");
    if (key !== undefined) answers.set(field, { key, text: values.get(key) ?? "" });
  }
  return answers;
}
