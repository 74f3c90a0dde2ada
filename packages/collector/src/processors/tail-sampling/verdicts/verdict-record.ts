import type { VerdictLabel, VerdictLabels } from "./verdict-labels.ts";

export interface Verdict {
  /** 16 bytes. */
  readonly traceId: Uint8Array;
  /** Why it is kept; undefined if it is not. */
  readonly label: VerdictLabel | undefined;
}

/** What stands for a label where a trace is not kept. */
export const notKept = -1;

const idBytes = 16;

/** Verdicts that are come to together, in columns. */
export class VerdictBatch {
  /** 16 bytes each. */
  readonly ids: Uint8Array;
  readonly #labels: Int32Array;
  count = 0;
  keptCount = 0;

  constructor(capacity: number) {
    this.ids = new Uint8Array(capacity * idBytes);
    this.#labels = new Int32Array(capacity);
  }

  /** `label` is a number of {@link VerdictLabels}, or {@link notKept}. Gives back where the trace's id belongs in {@link VerdictBatch.ids}. */
  add(label: number): number {
    this.#labels[this.count] = label;
    if (label !== notKept) this.keptCount++;
    return this.count++ * idBytes;
  }

  labelOf(verdict: number): number {
    return this.#labels[verdict]!;
  }
}

/*
 * Verdicts that were come to together: the length of the labels as u32, little-endian, the labels as JSON, then for each trace its id and the number of its label
 * as u16 (65,535: not kept).
 */
const entryBytes = idBytes + 2;
const writtenNotKept = 0xffff;

/** Those of a batch that are kept, or those that are not. */
export function encodeVerdicts(batch: VerdictBatch, areKept: boolean, labels: VerdictLabels): Uint8Array {
  const used: number[] = [];
  if (areKept) {
    for (let verdict = 0; verdict < batch.count; verdict++) {
      const label = batch.labelOf(verdict);
      if (label !== notKept && !used.includes(label)) used.push(label);
    }
  }
  const head = Buffer.from(JSON.stringify(used.map((label) => labels.labelOf(label))));
  const count = areKept ? batch.keptCount : batch.count - batch.keptCount;
  const bytes = Buffer.alloc(4 + head.length + count * entryBytes);
  bytes.writeUInt32LE(head.length, 0);
  head.copy(bytes, 4);
  let at = 4 + head.length;
  for (let verdict = 0; verdict < batch.count; verdict++) {
    const label = batch.labelOf(verdict);
    if ((label !== notKept) !== areKept) continue;
    for (let i = 0; i < idBytes; i++) bytes[at + i] = batch.ids[verdict * idBytes + i]!;
    bytes.writeUInt16LE(areKept ? used.indexOf(label) : writtenNotKept, at + idBytes);
    at += entryBytes;
  }
  return bytes;
}

export function decodeVerdicts(bytes: Uint8Array): readonly Verdict[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headLength = buffer.readUInt32LE(0);
  const labels = JSON.parse(buffer.toString("utf8", 4, 4 + headLength)) as Partial<VerdictLabel>[];
  const verdicts: Verdict[] = [];
  for (let at = 4 + headLength; at + entryBytes <= buffer.length; at += entryBytes) {
    const number = buffer.readUInt16LE(at + idBytes);
    const { policy, subPolicy, probability, early } = labels[number] ?? {};
    const label = { policy, subPolicy, probability, ...(early === undefined ? {} : { early }) };
    verdicts.push({
      traceId: buffer.subarray(at, at + idBytes),
      label: number === writtenNotKept ? undefined : label,
    });
  }
  return verdicts;
}
