import { ErrorCode, Http2Error } from "./http2-error.ts";

/** Bits of each byte's code, and at last of the end's (RFC 7541, appendix B). Codes of one length ascend with what they stand for. */
// prettier-ignore
const lengths = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
];
const endOfString = lengths.length - 1;

/** A binary tree: two places for each node, with the node to go on at, or what was found as -1 - symbol. */
const tree = plant();

function plant(): Int16Array {
  const nodes = new Int16Array(2 * lengths.length);
  let used = 1;
  let code = 0;
  let before = 0;
  const order = lengths.map((_, symbol) => symbol).toSorted((a, b) => lengths[a]! - lengths[b]! || a - b);
  for (const symbol of order) {
    const length = lengths[symbol]!;
    code *= 2 ** (length - before);
    before = length;
    let node = 0;
    for (let bit = length - 1; bit > 0; bit--) {
      const at = 2 * node + (Math.floor(code / 2 ** bit) % 2);
      if (nodes[at] === 0) nodes[at] = used++;
      node = nodes[at]!;
    }
    nodes[2 * node + (code % 2)] = -1 - symbol;
    code++;
  }
  return nodes;
}

/** Decodes a string of bytes `from` to `to`, as Latin-1. @throws {Http2Error} for what is no such string */
export function decodeHuffman(bytes: Buffer, from: number, to: number): string {
  // no code is shorter than 5 bits
  const decoded = Buffer.allocUnsafe(Math.floor(((to - from) * 8) / 5));
  let length = 0;
  let node = 0;
  let pending = 0;
  let arePendingOnes = true;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    for (let shift = 7; shift >= 0; shift--) {
      const bit = (byte >>> shift) & 1;
      const next = tree[2 * node + bit]!;
      if (next >= 0) {
        node = next;
        pending++;
        arePendingOnes &&= bit === 1;
        continue;
      }
      const symbol = -1 - next;
      if (symbol === endOfString) throw notHuffman();
      decoded[length++] = symbol;
      node = 0;
      pending = 0;
      arePendingOnes = true;
    }
  }
  // what is left is the beginning of the end's code, less than a byte of it
  if (pending > 7 || !arePendingOnes) throw notHuffman();
  return decoded.toString("latin1", 0, length);
}

function notHuffman(): Http2Error {
  return new Http2Error(ErrorCode.compression, "a header is not valid Huffman code");
}
