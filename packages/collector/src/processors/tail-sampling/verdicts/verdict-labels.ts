import type { Decision } from "../policy-set.ts";

/** Why a trace was kept; what its late spans get to carry, too. */
export type VerdictLabel = Pick<Decision, "policy" | "subPolicy" | "probability">;

/** Numbers for labels, of which there are few. */
export class VerdictLabels {
  readonly #numbers = new Map<string, number>();
  readonly #labels: VerdictLabel[] = [];

  numberOf({ policy, subPolicy, probability }: VerdictLabel): number {
    const key = JSON.stringify([policy ?? null, subPolicy ?? null, probability ?? null]);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#labels.length;
    this.#numbers.set(key, number);
    this.#labels.push({ policy, subPolicy, probability });
    return number;
  }

  labelOf(number: number): VerdictLabel {
    return this.#labels[number]!;
  }
}
