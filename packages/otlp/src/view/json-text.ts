import type { AnyValue, KeyValue } from "./any-value.ts";

// not in TypeScript's library yet
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown };

/** What `JSON.stringify` alone makes of doubles that it cannot write; a text may hold it for another reason, which costs time only. */
const needsCare = /"doubleValue":(?:null|0)[,}]/;

function replacer(key: string, value: unknown): unknown {
  if (key !== "doubleValue" || typeof value !== "number") return value;
  if (Object.is(value, -0)) return rawJSON("-0");
  return Number.isFinite(value) ? value : String(value);
}

/** A value or a list of attributes as OTLP/JSON text: `NaN` and the infinities as strings (protobuf's JSON mapping), the sign of zero kept. */
export function toJsonText(value: AnyValue | readonly KeyValue[]): string {
  const text = JSON.stringify(value);
  return needsCare.test(text) ? JSON.stringify(value, replacer) : text;
}
