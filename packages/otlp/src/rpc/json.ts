/** The fields of a JSON object; none for anything else. */
export function jsonFields(json: unknown): Readonly<Record<string, unknown>> {
  return isObject(json) ? json : {};
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === "object" && json !== null;
}
