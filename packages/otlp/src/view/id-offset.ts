/** Where a trace or span id lies, or -1 if it is of another length than it must be or all zero, which the specification calls invalid. */
export function idOffset(bytes: Uint8Array, offset: number, length: number, expected: 8 | 16): number {
  if (length !== expected) return -1;
  for (let i = offset; i < offset + length; i++) if (bytes[i] !== 0) return offset;
  return -1;
}
