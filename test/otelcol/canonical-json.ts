import { protobufToJson, type Signal } from "@genscope/otlp";

/** What a request says, in a form in which two that say the same are equal: maps in the order of their keys, and nothing that stands for a default. */
export function canonicalJson(signal: Signal, bytes: Uint8Array | undefined): unknown {
  if (bytes === undefined) return undefined;
  const value: unknown = canonical(JSON.parse(Buffer.from(protobufToJson(signal, bytes)).toString("utf8")));
  return value;
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = value.map(canonical);
    return items.every(isPair) ? items.toSorted((a, b) => (a.key < b.key ? -1 : 1)) : items;
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .map(([key, element]): [string, unknown] => [key, key === "traceState" ? sortedState(element) : canonical(element)])
    .filter(([key, element]) => isMeasured(key) || !isDefault(element))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}

/** A trace state with the members of `ot` in order. */
function sortedState(value: unknown): unknown {
  return String(value).replace(
    /(?<=^|,)ot=(?<members>[^,]*)/u,
    (_, members: string) => `ot=${members.split(";").toSorted().join(";")}`,
  );
}

/** Whether a zero says something there. */
function isMeasured(key: string): boolean {
  return /^(?:value|.*Value|asInt|asDouble)$/u.test(key);
}

function isPair(value: unknown): value is { readonly key: string } {
  return typeof value === "object" && value !== null && "key" in value && typeof value.key === "string";
}

function isDefault(value: unknown): boolean {
  // an id that is none
  if (typeof value === "string" && /^(?:0{16}|0{32})$/u.test(value)) return true;
  if (value === undefined || value === "" || value === 0 || value === "0" || value === false) return true;
  return Array.isArray(value) && value.length === 0;
}
