/** What a key's partition is found by: this, modulo the number of partitions. */
export type KeyHash = (key: Uint8Array) => number;

/** FNV-1a, as the Go client Sarama has it and so the Collector by default. */
export function saramaHash(key: Uint8Array): number {
  let hash = 0x811c9dc5 | 0;
  for (const byte of key) hash = Math.imul(hash ^ byte, 0x01000193);
  return Math.abs(hash);
}

/** Murmur2, as the Java client has it. */
export function murmur2Hash(key: Uint8Array): number {
  const prime = 0x5bd1e995;
  let hash = 0x9747b28c ^ key.length;
  let at = 0;
  for (; at + 4 <= key.length; at += 4) {
    let word = key[at]! | (key[at + 1]! << 8) | (key[at + 2]! << 16) | (key[at + 3]! << 24);
    word = Math.imul(word, prime);
    word ^= word >>> 24;
    hash = Math.imul(hash, prime) ^ Math.imul(word, prime);
  }
  const left = key.length - at;
  if (left >= 3) hash ^= key[at + 2]! << 16;
  if (left >= 2) hash ^= key[at + 1]! << 8;
  if (left >= 1) hash = Math.imul(hash ^ key[at]!, prime);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, prime);
  hash ^= hash >>> 15;
  return hash & 0x7fffffff;
}

/** The partition of a message, modulo the number of partitions; those without a key take turns. */
export function createPartitioner(hash: KeyHash | undefined): (key: Uint8Array | undefined) => number {
  let turn = 0;
  return (key) => {
    if (key !== undefined && hash !== undefined) return hash(key);
    turn = (turn + 1) % 0x7fffffff;
    return turn;
  };
}
