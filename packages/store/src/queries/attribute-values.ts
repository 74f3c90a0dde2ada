/** OTLP/JSON `AnyValue`. */
export type AnyValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { intValue: string }
  | { doubleValue: number | "NaN" | "Infinity" | "-Infinity" }
  | { bytesValue: string }
  | { arrayValue: { values: AnyValue[] } }
  | { kvlistValue: { values: KeyValue[] } }
  | Record<string, never>;
export interface KeyValue {
  key: string;
  value: AnyValue;
}

/** The five columns of attributes as JSON rows have them; doubles as text, which JSON could not hold all of. */
export interface AttributeColumns {
  string_attributes: Record<string, string>;
  int_attributes: Record<string, string>;
  double_texts: Record<string, string>;
  bool_attributes: Record<string, boolean>;
  other_attributes: Record<string, string>;
}

/** What selects {@link AttributeColumns} from a table that `prefix` names. */
export function attributeColumns(prefix: string): string {
  return `${prefix}.string_attributes AS string_attributes, ${prefix}.int_attributes AS int_attributes,
    mapApply((k, v) -> (k, toString(v)), ${prefix}.double_attributes) AS double_texts,
    ${prefix}.bool_attributes AS bool_attributes, ${prefix}.other_attributes AS other_attributes`;
}

function doubleOf(text: string): number | "NaN" | "Infinity" | "-Infinity" {
  if (text === "nan" || text === "-nan") return "NaN";
  if (text === "inf") return "Infinity";
  return text === "-inf" ? "-Infinity" : Number(text);
}

export function parseKeyValues(json: string): KeyValue[] {
  return JSON.parse(json) as KeyValue[];
}

/** The attributes with their types, sorted by key. */
export function toKeyValues(columns: AttributeColumns): KeyValue[] {
  const list: KeyValue[] = [];
  for (const [key, value] of Object.entries(columns.string_attributes))
    list.push({ key, value: { stringValue: value } });
  for (const [key, value] of Object.entries(columns.int_attributes)) list.push({ key, value: { intValue: value } });
  for (const [key, value] of Object.entries(columns.double_texts))
    list.push({ key, value: { doubleValue: doubleOf(value) } });
  for (const [key, value] of Object.entries(columns.bool_attributes)) list.push({ key, value: { boolValue: value } });
  for (const [key, value] of Object.entries(columns.other_attributes))
    list.push({ key, value: JSON.parse(value) as AnyValue });
  return list.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}
