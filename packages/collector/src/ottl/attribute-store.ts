import { type AttributeEdit, type Edits, type OwnerKind, readString, type View } from "@genscope/otlp";
import { fromAnyValue, readWireValue, toAnyValue } from "./values/wire.ts";
import type { Value, ValueMap } from "./values/value.ts";

/** A key with its bytes, to be found in a request without making text of the keys there. */
export interface AttributeKey {
  readonly text: string;
  readonly bytes: Uint8Array;
}

export function attributeKey(text: string): AttributeKey {
  return { text, bytes: Buffer.from(text) };
}

/** What was changed of one owner's attributes; undefined stands for a key deleted. */
interface Changes {
  isCleared: boolean;
  readonly values: Map<string, Value | undefined>;
}

/** The attributes of one batch as they are with the changes made so far. Reading one key decodes that one value only. */
export class AttributeStore {
  readonly #view: View;
  readonly #edits: Edits;
  readonly #changes = new Map<OwnerKind, Map<number, Changes>>();

  constructor(view: View, edits: Edits) {
    this.#view = view;
    this.#edits = edits;
  }

  /** `first` is where the owner's attributes start in the view. Undefined if there is no such key, null for a value never set. */
  get(owner: OwnerKind, row: number, first: number, key: AttributeKey): Value | undefined {
    const changes = this.#changesOf(owner, row);
    if (changes !== undefined) {
      if (changes.values.has(key.text)) return changes.values.get(key.text);
      if (changes.isCleared) return undefined;
    }
    const at = this.#find(first, key.bytes);
    return at === -1 ? undefined : this.#read(at);
  }

  set(owner: OwnerKind, row: number, key: string, value: Value): void {
    const any = toAnyValue(value);
    this.#writable(owner, row).values.set(key, value);
    this.#edits.setAttribute(owner, row, key, any);
  }

  delete(owner: OwnerKind, row: number, key: string): void {
    this.#writable(owner, row).values.set(key, undefined);
    this.#edits.deleteAttribute(owner, row, key);
  }

  /** All of them, in the order they will be written in. */
  all(owner: OwnerKind, row: number, first: number): ValueMap {
    const changes = this.#changesOf(owner, row);
    const map = new Map<string, Value>();
    const { attributes } = this.#view;
    if (changes?.isCleared !== true) {
      for (let at = first; at !== -1; at = attributes.next[at]!) {
        const key = readString(this.#view, attributes.keyOffset[at]!, attributes.keyLength[at]!);
        if (map.has(key)) continue;
        const isChanged = changes?.values.has(key) === true;
        const value = isChanged ? changes?.values.get(key) : this.#read(at);
        if (value !== undefined) map.set(key, value);
      }
    }
    for (const [key, value] of changes?.values ?? []) if (value !== undefined) map.set(key, value);
    return map;
  }

  /** Deletes every key that `keeps` is false for; no value is decoded. */
  deleteKeys(owner: OwnerKind, row: number, first: number, keeps: (key: string) => boolean): void {
    const changes = this.#changesOf(owner, row);
    const { attributes } = this.#view;
    const gone: string[] = [];
    if (changes?.isCleared !== true) {
      for (let at = first; at !== -1; at = attributes.next[at]!) {
        const key = readString(this.#view, attributes.keyOffset[at]!, attributes.keyLength[at]!);
        if (changes?.values.has(key) !== true && !keeps(key)) gone.push(key);
      }
    }
    for (const [key, value] of changes?.values ?? []) if (value !== undefined && !keeps(key)) gone.push(key);
    for (const key of gone) this.delete(owner, row, key);
  }

  /** Makes `map` all there is. What stays as it was is not written anew. */
  replace(owner: OwnerKind, row: number, first: number, map: ValueMap): void {
    const before = this.all(owner, row, first);
    // checked before anything is changed
    for (const [key, value] of map) if (before.get(key) !== value) toAnyValue(value);
    const kept = [...before.keys()].filter((key) => map.has(key));
    const wanted = [...map.keys()].filter((key) => before.has(key));
    if (kept.some((key, i) => key !== wanted[i])) {
      const changes = this.#writable(owner, row);
      changes.isCleared = true;
      changes.values.clear();
      this.#edits.clearAttributes(owner, row);
      for (const [key, value] of map) this.set(owner, row, key, value);
      return;
    }
    for (const key of before.keys()) if (!map.has(key)) this.delete(owner, row, key);
    for (const [key, value] of map) if (before.get(key) !== value) this.set(owner, row, key, value);
  }

  #read(at: number): Value {
    const { attributes } = this.#view;
    return readWireValue(this.#view, attributes.type[at]!, attributes.valueOffset[at]!, attributes.valueLength[at]!);
  }

  #find(first: number, key: Uint8Array): number {
    const { attributes, bytes } = this.#view;
    const { length } = key;
    next: for (let at = first; at !== -1; at = attributes.next[at]!) {
      if (attributes.keyLength[at] !== length) continue;
      const offset = attributes.keyOffset[at]!;
      // from the end: keys of one vocabulary start alike
      for (let i = length - 1; i >= 0; i--) if (bytes[offset + i] !== key[i]) continue next;
      return at;
    }
    return -1;
  }

  #writable(owner: OwnerKind, row: number): Changes {
    const found = this.#changesOf(owner, row);
    if (found !== undefined) return found;
    const changes: Changes = { isCleared: false, values: new Map() };
    this.#remember(owner, row, changes);
    return changes;
  }

  #remember(owner: OwnerKind, row: number, changes: Changes): void {
    const rows = this.#changes.get(owner);
    if (rows === undefined) this.#changes.set(owner, new Map([[row, changes]]));
    else rows.set(row, changes);
  }

  #changesOf(owner: OwnerKind, row: number): Changes | undefined {
    const found = this.#changes.get(owner)?.get(row);
    if (found !== undefined) return found;
    const edits = this.#edits.attributes.get(owner)?.get(row);
    return edits === undefined ? undefined : this.#replay(owner, row, edits);
  }

  /** Edits of an owner that somebody made before. */
  #replay(owner: OwnerKind, row: number, edits: readonly AttributeEdit[]): Changes {
    const changes: Changes = { isCleared: false, values: new Map() };
    const original = (key: string): Value | undefined => {
      const at = this.#find(this.#firstOf(owner, row), Buffer.from(key));
      return at === -1 ? undefined : this.#read(at);
    };
    for (const edit of edits) applyEdit(changes, edit, original);
    this.#remember(owner, row, changes);
    return changes;
  }

  #firstOf(owner: OwnerKind, row: number): number {
    const table: unknown = new Map<string, unknown>(Object.entries(this.#view)).get(`${owner}s`);
    const { firstAttribute, firstMetadata } = Object(table) as {
      firstAttribute?: Int32Array;
      firstMetadata?: Int32Array;
    };
    return (firstAttribute ?? firstMetadata)?.[row] ?? -1;
  }
}

function applyEdit(changes: Changes, edit: AttributeEdit, original: (key: string) => Value | undefined): void {
  const { values } = changes;
  const now = (key: string): Value | undefined =>
    values.has(key) ? values.get(key) : changes.isCleared ? undefined : original(key);
  if (edit.kind === "clear") {
    changes.isCleared = true;
    values.clear();
  } else if (edit.kind === "set") values.set(edit.key, fromAnyValue(edit.value));
  else if (edit.kind === "delete") values.set(edit.key, undefined);
  else {
    const value = now(edit.key);
    if (value === undefined || edit.to === edit.key) return;
    values.set(edit.key, undefined);
    values.set(edit.to, value);
  }
}
