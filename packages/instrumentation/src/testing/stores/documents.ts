interface Document {
  readonly id: string;
  readonly text: string;
  readonly vector: readonly number[];
}

/** What the stores of tests know. */
export const documents: readonly Document[] = [
  { id: "reset", text: "Hold the button for ten seconds.", vector: [1, 0] },
  { id: "light", text: "The light blinks red.", vector: [0, 1] },
  { id: "cable", text: "The cable is in the box.", vector: [0.7, 0.7] },
];

/** Documents by inner product with a vector, the nearest first; `[1, 0]` if there is no vector. */
export function nearest(vector: unknown, count: unknown): readonly { document: Document; score: number }[] {
  const asked = Array.isArray(vector) ? (vector as number[]) : [1, 0];
  return documents
    .map((document) => ({ document, score: document.vector.reduce((sum, x, i) => sum + x * (asked[i] ?? 0), 0) }))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, Number(count ?? 10));
}
