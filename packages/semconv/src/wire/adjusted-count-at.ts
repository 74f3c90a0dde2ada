const ot = [0x6f, 0x74, 0x3d] as const;
const th = [0x74, 0x68, 0x3a] as const;
const comma = 0x2c;
const semicolon = 0x3b;

/**
 * How many spans one stands for, by the trace state on the wire (`ot=th:…`): 1 if nobody sampled, or nobody said how. As `adjustedCount` of
 * `@genscope/semconv/sampling`, without making a string.
 */
export function adjustedCountAt(bytes: Uint8Array, offset: number, length: number): number {
  const end = offset + length;
  for (let entry = offset; entry < end;) {
    let stop = entry;
    while (stop < end && bytes[stop] !== comma) stop++;
    let at = entry;
    while (at < stop && bytes[at] === 0x20) at++;
    if (matches(bytes, at, stop, ot)) return countIn(bytes, at + ot.length, stop);
    entry = stop + 1;
  }
  return 1;
}

function matches(bytes: Uint8Array, at: number, end: number, what: readonly number[]): boolean {
  return at + what.length <= end && what.every((byte, index) => bytes[at + index] === byte);
}

function countIn(bytes: Uint8Array, from: number, end: number): number {
  for (let member = from; member < end;) {
    let stop = member;
    while (stop < end && bytes[stop] !== semicolon) stop++;
    if (matches(bytes, member, stop, th)) return countOf(bytes, member + th.length, stop);
    member = stop + 1;
  }
  return 1;
}

/** Hexadecimal digits of the share that was rejected. */
function countOf(bytes: Uint8Array, from: number, end: number): number {
  const digits = end - from;
  if (digits < 1 || digits > 14) return 1;
  let kept = 0;
  let scale = 1;
  for (let at = from; at < end; at++) {
    const byte = bytes[at]!;
    const digit = byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : -1;
    if (digit === -1) return 1;
    scale /= 16;
    kept += (15 - digit) * scale;
  }
  // what the digits leave of 1 is theirs and one unit of the last
  return 1 / (kept + scale);
}
