import type { AttributeValue, KeyValue } from "@genscope/server/contract";

export type AttributeType = "string" | "bool" | "int" | "double" | "bytes" | "array" | "map" | "empty";

export function attributeType(value: AttributeValue): AttributeType {
  if ("stringValue" in value) return "string";
  if ("boolValue" in value) return "bool";
  if ("intValue" in value) return "int";
  if ("doubleValue" in value) return "double";
  if ("bytesValue" in value) return "bytes";
  if ("arrayValue" in value) return "array";
  if ("kvlistValue" in value) return "map";
  return "empty";
}

/** A value as text: strings as they are, arrays and maps as JSON. 64-bit integers keep every digit. */
export function attributeText(value: AttributeValue): string {
  if ("stringValue" in value) return value.stringValue;
  if ("boolValue" in value) return String(value.boolValue);
  if ("intValue" in value) return value.intValue;
  if ("doubleValue" in value) return String(value.doubleValue);
  if ("bytesValue" in value) return value.bytesValue;
  if ("arrayValue" in value || "kvlistValue" in value) return jsonText(value, 2);
  return "";
}

/** The value as JSON. Integers are written digit by digit, since JavaScript's numbers would round large ones. */
export function jsonText(value: AttributeValue, indent: number, level = 0): string {
  const open = indent === 0 ? "" : `\n${" ".repeat(indent * (level + 1))}`;
  const close = indent === 0 ? "" : `\n${" ".repeat(indent * level)}`;
  if ("intValue" in value) return value.intValue;
  if ("boolValue" in value) return String(value.boolValue);
  if ("doubleValue" in value) {
    return typeof value.doubleValue === "number" ? String(value.doubleValue) : JSON.stringify(value.doubleValue);
  }
  if ("stringValue" in value) return JSON.stringify(value.stringValue);
  if ("bytesValue" in value) return JSON.stringify(value.bytesValue);
  if ("arrayValue" in value && value.arrayValue !== undefined) {
    const items = value.arrayValue.values ?? [];
    if (items.length === 0) return "[]";
    return `[${items.map((item) => open + jsonText(item, indent, level + 1)).join(",")}${close}]`;
  }
  if ("kvlistValue" in value && value.kvlistValue !== undefined) {
    const items = value.kvlistValue.values ?? [];
    if (items.length === 0) return "{}";
    const pairs = items.map((item) => `${open}${JSON.stringify(item.key)}: ${jsonText(item.value, indent, level + 1)}`);
    return `{${pairs.join(",")}${close}}`;
  }
  return "null";
}

/** Text that is a JSON object or array, laid out; anything else as it came. */
export function prettyJson(text: string): { text: string; json: boolean } {
  const first = text.trimStart()[0];
  if (first !== "{" && first !== "[") return { text, json: false };
  try {
    return { text: JSON.stringify(JSON.parse(text), null, 2), json: true };
  } catch {
    return { text, json: false };
  }
}

/** Attributes whose key or value contains the words, in order of key. */
export function filterAttributes(attributes: readonly KeyValue[], find: string): KeyValue[] {
  const words = find
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  return attributes
    .filter((attribute) => {
      const text = `${attribute.key}\n${attributeText(attribute.value)}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}
