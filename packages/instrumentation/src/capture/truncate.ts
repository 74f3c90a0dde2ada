/** A text cut to `maxChars`, with a mark that says how much is missing. Never cuts a surrogate pair in two. */
export function truncateText(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const last = text.charCodeAt(maxChars - 1);
  const end = last >= 0xd800 && last <= 0xdbff ? maxChars - 1 : maxChars;
  return `${text.slice(0, Math.max(0, end))}…[truncated: ${end} of ${text.length} characters]`;
}

/** Roles, types, ids and names: too short to be worth cutting, and the structure hangs on them. */
const wordChars = 32;

/** Cuts the texts of one attribute so that together they hold no more than `maxChars`; what comes first is kept first. Words are left alone. */
export function createBudget(maxChars: number): (text: string) => string {
  let left = maxChars;
  return (text) => {
    if (text.length <= wordChars) return text;
    const kept = truncateText(text, left);
    left -= Math.min(left, text.length);
    return kept;
  };
}
