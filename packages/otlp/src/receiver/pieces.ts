/** One buffer of several; the only one as it is, without a copy. */
export function joinPieces(pieces: readonly Buffer[], totalBytes: number): Buffer {
  const [first] = pieces;
  return first !== undefined && pieces.length === 1 ? first : Buffer.concat(pieces, totalBytes);
}
