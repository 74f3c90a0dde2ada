import { readString } from "../view/read-scalar.ts";
import type { AttributeEdit } from "./edits.ts";
import { encodeValue } from "./encode-value.ts";
import { createField, readField } from "./fields.ts";
import { ProtoWriter } from "./proto-writer.ts";

/** What the edits of one owner come to. */
export interface AttributePlan {
  /** By where the attribute's field starts: its new `KeyValue`, or null if it goes. */
  readonly replaced: ReadonlyMap<number, Uint8Array | null>;
  /** `KeyValue` contents to append. */
  readonly added: readonly Uint8Array[];
}

interface Entry {
  key: string;
  /** The field and its content in the request; -1 for an added one. */
  readonly at: number;
  readonly start: number;
  readonly end: number;
  value: Uint8Array | undefined;
  state: "kept" | "changed" | "deleted";
}

/** Applies `edits` in order to the attributes found in the pieces (usually one) of an owner's message. */
export function planAttributes(
  bytes: Uint8Array,
  chunks: readonly (readonly [start: number, end: number])[],
  attributeField: number,
  edits: readonly AttributeEdit[],
): AttributePlan {
  const entries: Entry[] = [];
  for (const [from, end] of chunks) {
    const field = createField();
    for (let p = from; p < end; p = field.end) {
      readField(bytes, p, field);
      if (field.number !== attributeField || field.wireType !== 2) continue;
      const { at, start } = field;
      const key = keyOf(bytes, start, field.end);
      entries.push({ key, at, start, end: field.end, value: undefined, state: "kept" });
    }
  }
  const byKey = new Map<string, Entry[]>();
  for (const entry of entries) {
    const same = byKey.get(entry.key);
    if (same === undefined) byKey.set(entry.key, [entry]);
    else same.push(entry);
  }
  for (const edit of edits) apply(edit, entries, byKey);
  const replaced = new Map<number, Uint8Array | null>();
  const added: Uint8Array[] = [];
  for (const entry of entries) {
    if (entry.at === -1) {
      if (entry.state !== "deleted") added.push(keyValue(bytes, entry));
    } else if (entry.state !== "kept") {
      replaced.set(entry.at, entry.state === "deleted" ? null : keyValue(bytes, entry));
    }
  }
  return { replaced, added };
}

/** `byKey` holds the entries not deleted, so that thousands of edits of one owner stay linear. */
function apply(edit: AttributeEdit, entries: Entry[], byKey: Map<string, Entry[]>): void {
  if (edit.kind === "clear") {
    for (const same of byKey.values()) for (const entry of same) entry.state = "deleted";
    byKey.clear();
    return;
  }
  const found = byKey.get(edit.key) ?? [];
  let first = found[0];
  if (edit.kind === "delete") {
    for (const entry of found) entry.state = "deleted";
    byKey.delete(edit.key);
    return;
  }
  if (edit.kind === "set") {
    if (first === undefined) {
      first = { key: edit.key, at: -1, start: 0, end: 0, value: undefined, state: "changed" };
      entries.push(first);
    }
    first.value = encodeValue(edit.value);
  } else {
    if (first === undefined || edit.to === edit.key) return;
    for (const entry of byKey.get(edit.to) ?? []) entry.state = "deleted";
    byKey.delete(edit.key);
    first.key = edit.to;
  }
  first.state = "changed";
  for (const duplicate of found.slice(1)) duplicate.state = "deleted";
  byKey.set(first.key, [first]);
}

function keyOf(bytes: Uint8Array, from: number, end: number): string {
  let key = "";
  const field = createField();
  for (let p = from; p < end; p = field.end) {
    readField(bytes, p, field);
    if (field.number === 1 && field.wireType === 2) key = readString({ bytes }, field.start, field.end - field.start);
  }
  return key;
}

/** The `KeyValue` content: key and value as they now are, and whatever else was in it. */
function keyValue(bytes: Uint8Array, entry: Entry): Uint8Array {
  const out = new ProtoWriter(entry.end - entry.start + 64);
  out.string(1, entry.key);
  if (entry.value !== undefined) out.blob(2, entry.value);
  const field = createField();
  for (let p = entry.start; p < entry.end; p = field.end) {
    readField(bytes, p, field);
    const isValue = field.number === 2 && field.wireType === 2;
    const isKey = field.number === 1 && field.wireType === 2;
    if (!isKey && !(isValue && entry.value !== undefined)) out.raw(bytes, field.at, field.end);
  }
  return out.finish();
}
