/** An outcome as text to compare: ids come from a counter and dates from the clock, and are taken out. */
export function comparable(value: unknown): string | undefined {
  const text = JSON.stringify(value, (key, item: unknown) =>
    key.startsWith("created") || key === "completed_at" ? 0 : item,
  ) as string | undefined;
  return text
    ?.replaceAll(/\b(chatcmpl|cmpl|resp|msg|fc|rs|req|call|toolu|msgbatch)[-_][0-9a-f]+\w*/gu, "$1")
    .replaceAll(/\d{10}(?=[,}\\])/gu, "0");
}
