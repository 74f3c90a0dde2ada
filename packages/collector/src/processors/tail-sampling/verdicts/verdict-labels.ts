import type { Decision } from "../policy-set.ts";

/** Why a trace was kept; what its late spans get to carry, too. */
export type VerdictLabel = Pick<Decision, "policy" | "subPolicy" | "probability"> & {
  /** What there was no more room in, where the trace could not wait as long as it should. */
  readonly early?: string;
};

type Numbers<Key, Value> = Map<Key | undefined, Value>;

/** Numbers for labels, of which there are few. */
export class VerdictLabels {
  readonly #numbers: Numbers<string, Numbers<string, Numbers<string, Numbers<number, number>>>> = new Map();
  readonly #labels: VerdictLabel[] = [];

  numberOf({ policy, subPolicy, probability, early }: VerdictLabel): number {
    const bySubPolicy = within(within(this.#numbers, early), policy);
    const byProbability = within(bySubPolicy, subPolicy);
    const known = byProbability.get(probability);
    if (known !== undefined) return known;
    byProbability.set(probability, this.#labels.length);
    return this.#labels.push({ policy, subPolicy, probability, ...(early === undefined ? {} : { early }) }) - 1;
  }

  labelOf(number: number): VerdictLabel {
    return this.#labels[number]!;
  }
}

function within<Key, Inner, Value>(numbers: Map<Key, Map<Inner, Value>>, key: Key): Map<Inner, Value> {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  const made = new Map<Inner, Value>();
  numbers.set(key, made);
  return made;
}
