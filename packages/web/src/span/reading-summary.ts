import { dialects, type Dialect, type Reading } from "@genscope/semconv";

/** In one line: whose words the span was written in, the most used first, and how much of it could not be read. */
export function readingSummary(reading: Reading): { names: string[]; malformed: number } {
  const counts = new Map<Dialect, number>();
  for (const { dialect, count } of reading.mapped) counts.set(dialect, (counts.get(dialect) ?? 0) + count);
  const names = [...counts].toSorted(([, a], [, b]) => b - a).map(([dialect]) => dialects[dialect]);
  return { names, malformed: reading.ignored.filter(({ reason }) => reason === "malformed").length };
}
