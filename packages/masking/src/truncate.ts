/** The shortest limit that leaves room for the mark. */
export const leastMaxLength = 64;

function mark(cut: number): string {
  return `…[${cut} more characters]`;
}

const maxMark = mark(Number.MAX_SAFE_INTEGER).length;

const longestPlaceholder = 64;

/** Where a text can be cut at or before a position: not within a surrogate pair, and not within a placeholder. */
function cutPoint(text: string, position: number): number {
  let at = position;
  const code = text.charCodeAt(at);
  if (code >= 0xdc00 && code <= 0xdfff) at--;
  const open = text.lastIndexOf("[", at - 1);
  if (open < 0 || at - open >= longestPlaceholder) return at;
  const placeholder = /^\[[A-Z0-9_]+(?:[: ][^\]]*)?\]/.exec(text.slice(open, open + longestPlaceholder));
  if (placeholder !== null && placeholder[0].length > at - open) at = open;
  return at;
}

/** A text of at most `maxLength` UTF-16 code units, the mark that says how many were cut included. */
export function truncate(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const at = cutPoint(text, maxLength - maxMark);
  return text.slice(0, at) + mark(text.length - at);
}
