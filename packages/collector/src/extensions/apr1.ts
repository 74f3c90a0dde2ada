import { createHash } from "node:crypto";

const alphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const magic = "$apr1$";

/** Apache's MD5 hash of a password, `$apr1$salt$hash`, which `htpasswd` makes unless it is told otherwise. */
export function apr1(password: string, salt: string): string {
  const secret = Buffer.from(password);
  const salted = Buffer.from(salt);
  const inner = md5(secret, salted, secret);
  const parts: Buffer[] = [secret, Buffer.from(magic), salted];
  for (let left = secret.length; left > 0; left -= 16) parts.push(inner.subarray(0, Math.min(16, left)));
  for (let bits = secret.length; bits > 0; bits >>= 1) {
    parts.push((bits & 1) === 1 ? Buffer.from([0]) : secret.subarray(0, 1));
  }
  let digest = md5(...parts);
  for (let round = 0; round < 1000; round++) {
    const isOdd = (round & 1) === 1;
    digest = md5(
      isOdd ? secret : digest,
      round % 3 === 0 ? Buffer.alloc(0) : salted,
      round % 7 === 0 ? Buffer.alloc(0) : secret,
      isOdd ? digest : secret,
    );
  }
  return `${magic}${salt}$${encode(digest)}`;
}

function md5(...parts: readonly Buffer[]): Buffer {
  const hash = createHash("md5");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Three bytes each, in an order of crypt's own, as four characters. */
function encode(digest: Buffer): string {
  const triples = [
    [0, 6, 12],
    [1, 7, 13],
    [2, 8, 14],
    [3, 9, 15],
    [4, 10, 5],
  ] as const;
  const whole = triples.map(([a, b, c]) => characters((digest[a]! << 16) | (digest[b]! << 8) | digest[c]!, 4));
  return whole.join("") + characters(digest[11]!, 2);
}

function characters(value: number, count: number): string {
  return Array.from({ length: count }, (_, index) => alphabet[(value >> (6 * index)) & 63]).join("");
}
