import { type LogView, readString, type TraceView, ValueType } from "@genscope/otlp";

/** The text of an attribute, by its row; "" for none (-1) and for a value of another type. */
export function textAt(view: TraceView | LogView, row: number): string {
  const { attributes } = view;
  if (row === -1 || attributes.type[row] !== ValueType.string) return "";
  return readString(view, attributes.valueOffset[row]!, attributes.valueLength[row]!);
}
