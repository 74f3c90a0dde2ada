const encoder = new TextEncoder();
const slots = 4096;

function hash(bytes: Uint8Array, offset: number, length: number): number {
  let value = length * 0x9e3779b1;
  const middle = offset + (length >> 1);
  const last = offset + length - 1;
  value = Math.imul(value ^ bytes[offset]!, 0x85ebca6b);
  value = Math.imul(value ^ bytes[middle]!, 0xc2b2ae35);
  value = Math.imul(value ^ bytes[last]!, 0x27d4eb2f);
  if (length > 3) value = Math.imul(value ^ (bytes[last - 1]! | (bytes[last - 2]! << 8)), 0x165667b1);
  return (value ^ (value >>> 15)) & (slots - 1);
}

/** Looks up byte strings among a fixed set of names without making a string of them. */
export interface ByteTable {
  /** Index of the name these bytes spell, or -1. */
  find(bytes: Uint8Array, offset: number, length: number): number;
}

export function createByteTable(names: readonly string[]): ByteTable {
  const keys = names.map((name) => encoder.encode(name));
  const table = new Int16Array(slots).fill(-1);
  for (const [index, key] of keys.entries()) {
    let slot = hash(key, 0, key.length);
    while (table[slot] !== -1) slot = (slot + 1) & (slots - 1);
    table[slot] = index;
  }
  return {
    find(bytes, offset, length) {
      if (length === 0) return -1;
      for (let slot = hash(bytes, offset, length); ; slot = (slot + 1) & (slots - 1)) {
        const index = table[slot]!;
        if (index === -1) return -1;
        const key = keys[index]!;
        if (key.length !== length) continue;
        let at = 0;
        while (at < length && key[at] === bytes[offset + at]) at++;
        if (at === length) return index;
      }
    },
  };
}
