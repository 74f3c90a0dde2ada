/** Whether a byte starts a character (or is none of UTF-8 at all). */
function startsCharacter(byte: number): boolean {
  return (byte & 0xc0) !== 0x80;
}

/** How many bytes the text has in UTF-8. */
export function utf8Length(text: string): number {
  return Buffer.byteLength(text);
}

/** The first `limit` bytes; with `isSafe` fewer where a character would be cut. */
export function truncateUtf8(text: string, limit: number, isSafe: boolean): string {
  if (text.length * 3 <= limit) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= limit) return text;
  let end = limit;
  if (isSafe) while (end > 0 && !startsCharacter(bytes[end]!)) end--;
  return bytes.toString("utf8", 0, end);
}

/** Bytes from `start`, `length` of them; with `isSafe` fewer where characters would be cut. */
export function sliceUtf8(bytes: Buffer, start: number, length: number, isSafe: boolean): string {
  let from = start;
  let to = start + length;
  if (isSafe) {
    while (from < bytes.length && !startsCharacter(bytes[from]!)) from++;
    while (from < to && to < bytes.length && !startsCharacter(bytes[to]!)) to--;
    if (to < from) to = from;
  }
  return bytes.toString("utf8", from, to);
}
