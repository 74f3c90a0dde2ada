import { AttributesWriter } from "./encode-attributes.ts";

/** What the series is called that counts what others have no room for. Source: OpenTelemetry specification, "Cardinality limits". */
export function attributesOfOverflow(): Uint8Array {
  const out = new AttributesWriter();
  out.value(new TextEncoder().encode("otel.metric.overflow"), { boolValue: true });
  return out.finish();
}
