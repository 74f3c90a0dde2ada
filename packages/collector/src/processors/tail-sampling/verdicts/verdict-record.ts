import type { VerdictLabel } from "./verdict-labels.ts";

export interface Verdict {
  /** 16 bytes. */
  readonly traceId: Uint8Array;
  /** Why it is kept; undefined if it is not. */
  readonly label: VerdictLabel | undefined;
}

/*
 * Verdicts that were come to together: the length of the labels as u32, little-endian, the labels as JSON, then for each trace its id and the number of its label
 * as u16 (65,535: not kept).
 */
const idBytes = 16;
const entryBytes = idBytes + 2;
const notKept = 0xffff;

export function encodeVerdicts(verdicts: readonly Verdict[]): Uint8Array {
  const labels: VerdictLabel[] = [];
  const numbers = new Map<VerdictLabel, number>();
  for (const { label } of verdicts) {
    if (label !== undefined && !numbers.has(label)) numbers.set(label, labels.push(label) - 1);
  }
  const head = Buffer.from(JSON.stringify(labels));
  const bytes = Buffer.alloc(4 + head.length + verdicts.length * entryBytes);
  bytes.writeUInt32LE(head.length, 0);
  head.copy(bytes, 4);
  let at = 4 + head.length;
  for (const { traceId, label } of verdicts) {
    bytes.set(traceId, at);
    bytes.writeUInt16LE(label === undefined ? notKept : numbers.get(label)!, at + idBytes);
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
    const { policy, subPolicy, probability } = labels[number] ?? {};
    verdicts.push({
      traceId: buffer.subarray(at, at + idBytes),
      label: number === notKept ? undefined : { policy, subPolicy, probability },
    });
  }
  return verdicts;
}
