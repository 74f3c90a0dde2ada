import { indexedDocuments, spanFields } from "../span-fields.ts";
import type { SpanFieldName, SpanType } from "../span-fields.ts";
import { spanTypePrefixes, spanTypeRules } from "../span-type.ts";
import type { AttributeColumns } from "./attribute-columns.ts";
import { AttributeType } from "./attribute-columns.ts";
import { type ByteTable, createByteTable } from "./byte-table.ts";

/** What knowing a key is good for: a field (with the rank of the key among the field's), a type rule, or both. */
const known = new Map<string, { field: number; rank: number; rule: number }>();
for (const [field, { keys }] of spanFields.entries()) {
  for (const [rank, key] of keys.entries()) known.set(key, { field, rank, rule: -1 });
}
for (const [rule, { key }] of spanTypeRules.entries()) {
  known.set(key, { ...(known.get(key) ?? { field: -1, rank: 0 }), rule });
}
const knownKeys = [...known.keys()];
const knownTable = createByteTable(knownKeys);
const knownCount = knownKeys.length;
const fieldOfKey = Int16Array.from([...known.values()], ({ field }) => field);
const rankOfKey = Uint8Array.from([...known.values()], ({ rank }) => rank);
const ruleOfKey = Int16Array.from([...known.values()], ({ rule }) => rule);

/** The types of spans by {@link SpanReader.type}. */
export const typeNames: readonly SpanType[] = [
  "internal",
  ...new Set([
    ...spanTypeRules.flatMap(({ values }) => Object.values(values)),
    ...spanTypePrefixes.map(({ type }) => type),
  ]),
];
const ruleTables = spanTypeRules.map(({ values }) => ({
  table: createByteTable(Object.keys(values)),
  types: Uint8Array.from(Object.values(values), (type) => typeNames.indexOf(type)),
}));
const prefixes = spanTypePrefixes.map(({ prefix, type }) => ({
  bytes: new TextEncoder().encode(prefix),
  type: typeNames.indexOf(type),
}));
const documents = new TextEncoder().encode(indexedDocuments);

const fieldCount = spanFields.length;
const noRank = 255;

function startsWith(bytes: Uint8Array, offset: number, length: number, prefix: Uint8Array): boolean {
  if (length <= prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[offset + i] !== prefix[i]) return false;
  return true;
}

/** The decimal number at `offset`, up to a million; -1 if there is none. */
function indexAt(bytes: Uint8Array, offset: number, end: number): number {
  let index = -1;
  for (let i = offset; i < end; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) break;
    index = Math.max(0, index) * 10 + digit;
    if (index > 1_000_000) return -1;
  }
  return index;
}

/**
 * Reads one span's attributes once: which rows hold the fields with columns of their own, and what the span is. Used again for
 * the next span, so that nothing is allocated per span.
 */
export class SpanReader {
  /** Attribute row of each of `spanFields`, or -1. */
  readonly fieldRow: Int32Array = new Int32Array(fieldCount);
  readonly #fieldRank = new Uint8Array(fieldCount);
  /** What the span is: an index of {@link typeNames}. */
  type = 0;
  /** Documents whose parts are attributes of their own, by the highest index. */
  indexedDocuments: number = 0;
  /** Attribute row of each key that is asked for besides, the last one if a key comes twice; -1 where there is none. */
  readonly wantedRow: Int32Array;
  readonly #table: ByteTable;
  /** By number in the table: index of {@link wantedRow}, or -1. */
  readonly #wantedOf: Int32Array;

  /** `wanted` are distinct keys that are looked for in the same walk. */
  constructor(wanted: readonly string[] = []) {
    const more = wanted.filter((key) => !known.has(key));
    this.#table = more.length === 0 ? knownTable : createByteTable([...knownKeys, ...more]);
    this.#wantedOf = Int32Array.from([...knownKeys, ...more], (key) => wanted.indexOf(key));
    this.wantedRow = new Int32Array(wanted.length);
  }

  read(bytes: Uint8Array, attributes: AttributeColumns, first: number): void {
    // so few that a loop beats the call
    for (let field = 0; field < fieldCount; field++) {
      this.fieldRow[field] = -1;
      this.#fieldRank[field] = noRank;
    }
    for (let number = 0; number < this.wantedRow.length; number++) this.wantedRow[number] = -1;
    this.indexedDocuments = 0;
    let bestRule = ruleTables.length;
    let type = 0;
    let bestPrefix = prefixes.length;
    for (let row = first; row !== -1; row = attributes.next[row]!) {
      const valueType = attributes.type[row]!;
      const keyOffset = attributes.keyOffset[row]!;
      const keyLength = attributes.keyLength[row]!;
      const key = this.#table.find(bytes, keyOffset, keyLength);
      const wanted = key === -1 ? -1 : this.#wantedOf[key]!;
      if (wanted !== -1) this.wantedRow[wanted] = row;
      if (key === -1 || key >= knownCount) {
        if (startsWith(bytes, keyOffset, keyLength, documents)) {
          const count = indexAt(bytes, keyOffset + documents.length, keyOffset + keyLength) + 1;
          if (count > this.indexedDocuments) this.indexedDocuments = count;
          continue;
        }
        for (let i = 0; i < bestPrefix; i++) {
          if (startsWith(bytes, keyOffset, keyLength, prefixes[i]!.bytes)) bestPrefix = i;
        }
        continue;
      }
      const field = fieldOfKey[key]!;
      if (field !== -1 && rankOfKey[key]! < this.#fieldRank[field]!) {
        this.fieldRow[field] = row;
        this.#fieldRank[field] = rankOfKey[key]!;
      }
      const rule = ruleOfKey[key]!;
      if (rule !== -1 && rule < bestRule && valueType === AttributeType.string) {
        const { table, types } = ruleTables[rule]!;
        const value = table.find(bytes, attributes.valueOffset[row]!, attributes.valueLength[row]!);
        if (value !== -1) {
          bestRule = rule;
          type = types[value]!;
        }
      }
    }
    if (bestRule === ruleTables.length && bestPrefix < prefixes.length) type = prefixes[bestPrefix]!.type;
    this.type = type;
  }
}

/** Index of a field in `SpanReader.fieldRow`. */
export function fieldIndex(name: SpanFieldName): number {
  return spanFields.findIndex(({ field }) => field === name);
}
