/** Protobuf for writers of other messages than OTLP's requests. */
export { ProtoWriter, varintSize } from "./edit/proto-writer.ts";
export { encodeValue } from "./edit/encode-value.ts";
export { createField, readField } from "./edit/fields.ts";
export type { Field } from "./edit/fields.ts";
