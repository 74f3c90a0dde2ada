import { detectorOf } from "../detector-name.ts";
import { createMasker } from "../masker.ts";

/** A text and what is to be found in it, in the order of the text. */
export interface LabelledText {
  readonly text: string;
  readonly values: readonly { readonly detector: string; readonly value: string }[];
  /** Language or shape, for the reader. */
  readonly note: string;
}

export interface Score {
  /** Labelled values that were found as what they are. */
  found: number;
  /** Labelled values that were not found, or found as something else. */
  missed: number;
  /** What was found without a label. */
  wrong: number;
}

export interface Evaluation {
  readonly scores: ReadonlyMap<string, Score>;
  /** Labelled values that came out of masking, under whatever name they should have been masked. */
  readonly leaks: readonly string[];
  readonly surprises: readonly string[];
}

/** Runs the default masker over labelled texts and compares, detector by detector, how many values each text has with how many were found. */
export function evaluate(items: readonly LabelledText[]): Evaluation {
  const scores = new Map<string, Score>();
  const scoreOf = (detector: string): Score => {
    const score = scores.get(detector) ?? { found: 0, missed: 0, wrong: 0 };
    scores.set(detector, score);
    return score;
  };
  const leaks: string[] = [];
  const surprises: string[] = [];
  const masker = createMasker();
  for (const { text, values } of items) {
    const expected = tally(values.map(({ detector }) => [detector, 1]));
    const actual = tally(Object.entries(masker.inspect(text)).map(([rule, count]) => [detectorOf(rule), count]));
    for (const detector of new Set([...expected.keys(), ...actual.keys()])) {
      const want = expected.get(detector) ?? 0;
      const got = actual.get(detector) ?? 0;
      const score = scoreOf(detector);
      score.found += Math.min(want, got);
      score.missed += Math.max(0, want - got);
      score.wrong += Math.max(0, got - want);
      if (want !== got) surprises.push(`${detector}: ${got} instead of ${want} in ${text}`);
    }
    const masked = masker.text(text);
    for (const { value } of values) if (masked.includes(value)) leaks.push(`${value} in ${text}`);
  }
  return { scores, leaks, surprises };
}

function tally(entries: readonly (readonly [string, number])[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [name, count] of entries) sums.set(name, (sums.get(name) ?? 0) + count);
  return sums;
}
