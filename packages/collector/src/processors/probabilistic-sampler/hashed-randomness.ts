const prime = 0x01000193;
const offsetBasis = 0x811c9dc5;
/** Decisions by hash are as fine as this. */
export const hashBits = 14;
const hashMask = (1 << hashBits) - 1;

function mix(state: number, byte: number): number {
  return Math.imul(state ^ byte, prime);
}

/** FNV-1a, 32 bits, of the seed's four bytes, the lowest first, and then the bytes. */
export function seededHash(bytes: Uint8Array, from: number, length: number, seed: number): number {
  let state = offsetBasis;
  for (let shift = 0; shift < 32; shift += 8) state = mix(state, (seed >>> shift) & 0xff);
  for (let i = from; i < from + length; i++) state = mix(state, bytes[i]!);
  return state >>> 0;
}

/**
 * The randomness that the Collector's sampler makes of such a hash: 14 hexadecimal digits. Its first 14 bits, of which alone a decision by hash is made, are
 * the hash's last, upside down; what follows mixes the others in.
 */
export function randomnessOfHash(hash: number): string {
  const hashed = BigInt(hash & hashMask);
  const unused = BigInt(hash >>> (32 - hashBits));
  const mixed = unused ^ (unused << 10n);
  const bits = ((BigInt(hashMask) - hashed) << 42n) | (mixed << 14n) | hashed;
  return bits.toString(16).padStart(14, "0");
}
