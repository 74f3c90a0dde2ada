/** Where a value was found, in UTF-16 code units. It never holds the value. */
export interface Finding {
  readonly rule: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Orders findings and joins those that overlap into one that covers them all, named after the longest: whatever was detected is covered, whichever
 * detector saw it.
 */
export function mergeFindings(findings: Finding[]): Finding[] {
  if (findings.length < 2) return findings;
  findings.sort((a, b) => a.start - b.start || b.end - a.end);
  const merged: Finding[] = [];
  let current = findings[0]!;
  let longest = current.end - current.start;
  for (let i = 1; i < findings.length; i++) {
    const next = findings[i]!;
    if (next.start >= current.end) {
      merged.push(current);
      current = next;
      longest = next.end - next.start;
      continue;
    }
    const length = next.end - next.start;
    const rule = length > longest ? next.rule : current.rule;
    longest = Math.max(longest, length);
    current = { rule, start: current.start, end: Math.max(current.end, next.end) };
  }
  merged.push(current);
  return merged;
}
