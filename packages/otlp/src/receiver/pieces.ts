/** One buffer of several; the only one as it is, without a copy. */
export function joinPieces(pieces: readonly Buffer[], totalBytes: number): Buffer {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) return first;
  // not from Buffer's pool: what waits in a journal's memory would keep unrelated bytes alive
  const joined = Buffer.allocUnsafeSlow(totalBytes);
  let at = 0;
  for (const piece of pieces) at += piece.copy(joined, at);
  return joined;
}
