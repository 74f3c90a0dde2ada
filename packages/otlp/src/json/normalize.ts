import { createField, readField } from "../edit/fields.ts";
import type { Field } from "../edit/fields.ts";
import { ProtoWriter } from "../edit/proto-writer.ts";
import type { FieldSchema, MessageSchema } from "./schema.ts";

const scalarWireTypes: Readonly<Record<string, number>> = { double: 1, fixed64: 1, sfixed64: 1, fixed32: 5 };

/** Whether a field was written in a way a parser takes; otherwise it counts as unknown. */
export function isReadable({ kind, repeated }: FieldSchema, wireType: number): boolean {
  const isDelimited = kind === "message" || kind === "string" || kind === "bytes" || kind === "id";
  const own = isDelimited ? 2 : (scalarWireTypes[kind] ?? 0);
  return wireType === own || (repeated && wireType === 2);
}

/**
 * Brings a message whose fields are not in the usual form into it: every field in one run, singular ones once, of a `oneof` one member. Messages sent
 * in pieces are joined, of scalars the last one counts, unknown fields are left out.
 */
export function normalize(bytes: Uint8Array, from: number, end: number, schema: MessageSchema): Uint8Array {
  const runs = new Map<FieldSchema, Field[]>();
  for (let p = from; p < end;) {
    const field = createField();
    readField(bytes, p, field);
    p = field.end;
    const known = schema.fields.find((candidate) => candidate.number === field.number);
    if (known === undefined || !isReadable(known, field.wireType)) continue;
    if (known.oneOf) for (const other of runs.keys()) if (other.oneOf && other !== known) runs.delete(other);
    const run = runs.get(known);
    if (run === undefined || (known.kind !== "message" && !known.repeated)) runs.set(known, [field]);
    else run.push(field);
  }
  const out = new ProtoWriter(end - from + 16);
  for (const [known, run] of runs) {
    if (known.repeated) for (const { at, end: stop } of run) out.raw(bytes, at, stop);
    else if (known.kind !== "message") out.raw(bytes, run.at(-1)!.at, run.at(-1)!.end);
    else {
      out.tag(known.number, 2);
      out.varint(run.reduce((length, { start, end: stop }) => length + stop - start, 0));
      for (const { start, end: stop } of run) out.raw(bytes, start, stop);
    }
  }
  return out.finish();
}
