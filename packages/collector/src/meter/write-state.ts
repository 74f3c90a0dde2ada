import type { ProtoWriter } from "@genscope/otlp/proto";

/** What `StateReader.blob` reads. */
export function writeBlob(out: ProtoWriter, bytes: Uint8Array): void {
  out.varint(bytes.length);
  out.raw(bytes);
}

/** What `StateReader.text` reads. */
export function writeText(out: ProtoWriter, text: string): void {
  writeBlob(out, Buffer.from(text));
}
