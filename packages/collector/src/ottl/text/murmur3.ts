const mask64 = (value: bigint): bigint => BigInt.asUintN(64, value);

function rotate32(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

/** MurmurHash3 of 32 bits, seed 0, in hex of its bytes from the lowest on. */
export function murmur3x32(bytes: Buffer): string {
  const first = 0xcc9e2d51;
  const second = 0x1b873593;
  let state = 0;
  const blocks = bytes.length >>> 2;
  for (let i = 0; i < blocks; i++) {
    const k = Math.imul(rotate32(Math.imul(bytes.readInt32LE(i * 4), first), 15), second);
    state = (Math.imul(rotate32(state ^ k, 13), 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let i = bytes.length - 1; i >= blocks * 4; i--) rest = (rest << 8) | bytes[i]!;
  state ^= Math.imul(rotate32(Math.imul(rest, first), 15), second) ^ bytes.length;
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  const result = Buffer.alloc(4);
  result.writeInt32LE(state ^ (state >>> 16));
  return result.toString("hex");
}

const first = 0x87c37b91114253d5n;
const second = 0x4cf5ad432745937fn;
const rotate64 = (value: bigint, by: bigint): bigint => mask64((value << by) | (value >> (64n - by)));
const mix1 = (k: bigint): bigint => mask64(rotate64(mask64(k * first), 31n) * second);
const mix2 = (k: bigint): bigint => mask64(rotate64(mask64(k * second), 33n) * first);

function finish(value: bigint): bigint {
  let k = value;
  k = mask64((k ^ (k >> 33n)) * 0xff51afd7ed558ccdn);
  k = mask64((k ^ (k >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return k ^ (k >> 33n);
}

/** MurmurHash3 of 128 bits for 64-bit machines, seed 0, each half in hex of its bytes from the lowest on. */
export function murmur3x64(bytes: Buffer): string {
  let h1 = 0n;
  let h2 = 0n;
  const blocks = bytes.length >>> 4;
  for (let i = 0; i < blocks; i++) {
    h1 = mask64((rotate64(h1 ^ mix1(bytes.readBigUInt64LE(i * 16)), 27n) + h2) * 5n + 0x52dce729n);
    h2 = mask64((rotate64(h2 ^ mix2(bytes.readBigUInt64LE(i * 16 + 8)), 31n) + h1) * 5n + 0x38495ab5n);
  }
  const rest = Buffer.alloc(16);
  bytes.copy(rest, 0, blocks * 16);
  h2 ^= mix2(rest.readBigUInt64LE(8));
  h1 ^= mix1(rest.readBigUInt64LE(0));
  const length = BigInt(bytes.length);
  h1 = mask64((h1 ^ length) + (h2 ^ length));
  h2 = mask64((h2 ^ length) + h1);
  h1 = finish(h1);
  h2 = finish(h2);
  h1 = mask64(h1 + h2);
  h2 = mask64(h2 + h1);
  const result = Buffer.alloc(16);
  result.writeBigUInt64LE(h1);
  result.writeBigUInt64LE(h2, 8);
  return result.toString("hex");
}
