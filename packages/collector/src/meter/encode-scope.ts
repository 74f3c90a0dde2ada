import { ProtoWriter } from "@genscope/otlp/proto";
import { writeAttributes } from "./encode-attributes.ts";

/** The content of an `InstrumentationScope`; the attributes as `AttributesWriter` gives them. */
export function encodeScope(name: string, version = "", attributes: Uint8Array = new Uint8Array(0)): Uint8Array {
  const out = new ProtoWriter(64);
  out.string(1, name);
  if (version !== "") out.string(2, version);
  writeAttributes(out, 3, attributes);
  return out.finish();
}
