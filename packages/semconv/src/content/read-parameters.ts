import { isMap, parseJson, textOf, toJson } from "./json.ts";
import type { Json, KeyValue } from "./json.ts";

/** A setting that a model was called with. */
export interface Parameter {
  readonly name: string;
  readonly text: string;
}

const prefixes = ["gen_ai.request.", "ai.settings."] as const;
/** Named elsewhere on a span's page. */
const notSettings: ReadonlySet<string> = new Set(["model", "context", "maxRetries"]);
const jsonKey = "llm.invocation_parameters";

/** Settings of a call in OpenTelemetry's, Vercel's and OpenInference's attributes, each name once. */
export function readParameters(attributes: readonly KeyValue[]): Parameter[] {
  const parameters = new Map<string, string>();
  const add = (name: string, value: Json): void => {
    if (!notSettings.has(name) && !parameters.has(name)) parameters.set(name, textOf(value));
  };
  for (const { key, value } of attributes) {
    const prefix = prefixes.find((one) => key.startsWith(one));
    if (prefix !== undefined) add(key.slice(prefix.length), toJson(value));
    if (key !== jsonKey) continue;
    const settings = parseJson(textOf(toJson(value)));
    if (isMap(settings)) for (const [name, setting] of Object.entries(settings)) add(name, setting);
  }
  return [...parameters].map(([name, text]) => ({ name, text }));
}
