import { createField, readField } from "../edit/fields.ts";
import type { Field } from "../edit/fields.ts";
import { ProtoWriter } from "../edit/proto-writer.ts";
import type { MessageSchema } from "../json/schema.ts";

/** Numbers from 0 up to, not including, `below`. */
export type Dice = (below: number) => number;

/**
 * Writes a message in another way that means the same to protobuf: fields in another order, unknown ones in between, embedded messages in two pieces,
 * singular scalars twice (the last one counts), lengths and tags longer than need be, packed lists in pieces.
 */
export function scramble(bytes: Uint8Array, schema: MessageSchema, dice: Dice): Uint8Array {
  return scrambleMessage(bytes, 0, bytes.length, schema, dice);
}

function scrambleMessage(bytes: Uint8Array, from: number, end: number, schema: MessageSchema, dice: Dice): Uint8Array {
  // One queue per field keeps the order that matters: within a field, and within a `oneof`.
  const queues = new Map<string, Uint8Array[]>();
  const put = (name: string, piece: Uint8Array): void => {
    const queue = queues.get(name);
    if (queue === undefined) queues.set(name, [piece]);
    else queue.push(piece);
  };
  for (let p = from; p < end;) {
    const field = createField();
    readField(bytes, p, field);
    p = field.end;
    const known = schema.fields.find(({ number }) => number === field.number);
    const name = known === undefined ? "unknown" : known.oneOf ? "oneof" : known.name;
    if (known?.message !== undefined) {
      const content = scrambleMessage(bytes, field.start, field.end, known.message(), dice);
      const pieces = known.repeated || dice(3) > 0 ? [content] : splitMessage(content, dice);
      for (const piece of pieces) put(name, delimited(field.number, piece, dice));
    } else if (known?.repeated && known.kind !== "string" && field.wireType === 2) {
      for (const piece of splitList(bytes, field, known.kind === "uint64", dice)) put(name, piece);
    } else {
      if (known !== undefined && !known.repeated && dice(4) === 0) put(name, junk(field, dice));
      put(name, rewrite(bytes, field, dice));
    }
  }
  if (dice(3) === 0) put("unknown", unknownField(dice));
  const out = new ProtoWriter(end - from + 64);
  const left = [...queues.values()];
  while (left.length > 0) {
    const at = dice(left.length);
    const queue = left[at]!;
    out.raw(queue.shift()!);
    if (queue.length === 0) left.splice(at, 1);
  }
  return out.finish().slice();
}

function delimited(number: number, content: Uint8Array, dice: Dice): Uint8Array {
  const out = new ProtoWriter(content.length + 16);
  longVarint(out, number * 8 + 2, dice);
  longVarint(out, content.length, dice);
  out.raw(content);
  return out.finish();
}

function rewrite(bytes: Uint8Array, field: Field, dice: Dice): Uint8Array {
  const out = new ProtoWriter(field.end - field.at + 16);
  longVarint(out, field.number * 8 + field.wireType, dice);
  if (field.wireType === 2) longVarint(out, field.end - field.start, dice);
  out.raw(bytes, field.start, field.end);
  return out.finish();
}

/** Sometimes with zeros on top, which are allowed: up to five bytes in all. */
function longVarint(out: ProtoWriter, value: number, dice: Dice): void {
  out.varint(value);
  if (dice(5) > 0 || value > 2 ** 20) return;
  out.bytes[out.position - 1]! |= 0x80;
  out.ensure(1);
  out.bytes[out.position++] = 0;
}

/** A value of the same field that the one after it replaces. */
function junk(field: Field, dice: Dice): Uint8Array {
  const out = new ProtoWriter(64);
  out.tag(field.number, field.wireType);
  if (field.wireType === 0) out.varint(dice(1000));
  else if (field.wireType === 2) {
    const length = dice(20);
    out.varint(length);
    out.raw(new Uint8Array(length).fill(0x61));
  } else out.raw(new Uint8Array(field.wireType === 1 ? 8 : 4).fill(dice(256)));
  return out.finish();
}

function unknownField(dice: Dice): Uint8Array {
  const out = new ProtoWriter(64);
  const number = 900 + dice(100);
  const wireType = dice(4) === 3 ? 5 : dice(3);
  if (dice(6) === 0) {
    out.tag(number, 3);
    out.string(1, "in a group");
    out.tag(2, 3);
    out.tag(2, 4);
    out.tag(number, 4);
    return out.finish();
  }
  out.tag(number, wireType);
  if (wireType === 0) out.varint64(dice(2 ** 31), dice(2 ** 31));
  else if (wireType === 2) {
    out.varint(4);
    out.raw(new Uint8Array([0xff, 0xfe, 0x00, 0x80]));
  } else out.raw(new Uint8Array(wireType === 1 ? 8 : 4).fill(7));
  return out.finish();
}

/** Between two of its fields. */
function splitMessage(content: Uint8Array, dice: Dice): Uint8Array[] {
  const cuts = [0];
  const field = createField();
  for (let p = 0; p < content.length; p = field.end) {
    readField(content, p, field);
    cuts.push(field.end);
  }
  const cut = cuts[dice(cuts.length)]!;
  return [content.subarray(0, cut), content.subarray(cut)];
}

/** A packed list as two, or as single elements. */
function splitList(bytes: Uint8Array, field: Field, isVarint: boolean, dice: Dice): Uint8Array[] {
  const elements: Uint8Array[] = [];
  for (let p = field.start; p < field.end;) {
    const start = p;
    if (isVarint) while (bytes[p++]! >= 0x80);
    else p += 8;
    elements.push(bytes.subarray(start, p));
  }
  if (dice(2) === 0) {
    return elements.map((element) => {
      const out = new ProtoWriter(16);
      out.tag(field.number, isVarint ? 0 : 1);
      out.raw(element);
      return out.finish();
    });
  }
  const cut = dice(elements.length + 1);
  return [elements.slice(0, cut), elements.slice(cut)].map((part) =>
    delimited(field.number, Buffer.concat(part), dice),
  );
}
