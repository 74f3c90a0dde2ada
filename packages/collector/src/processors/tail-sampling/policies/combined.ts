import type { Chance, Evaluate, Evaluation, PolicyBody, TraceAt } from "./policy.ts";
import { notSampled } from "./policy.ts";

/** All of several keep it: by the same dice the smallest share, by different ones their product. */
export function allOf(chances: readonly (Chance | undefined)[]): Chance | undefined {
  if (chances.some((chance) => chance?.share === 0)) return { share: 0, dice: "" };
  const smallest = new Map<string, number>();
  for (const chance of chances) {
    if (chance === undefined) return undefined;
    if (chance.dice !== "") smallest.set(chance.dice, Math.min(chance.share, smallest.get(chance.dice) ?? 1));
  }
  const share = [...smallest.values()].reduce((product, one) => product * one, 1);
  return { share, dice: [...smallest.keys()].toSorted().join(" & ") };
}

/** The share that one or another keeps; undefined if one of them cannot be known and none is sure. Nothing is allocated: it is asked for every trace. */
export function shareOfAny(chances: readonly (Chance | undefined)[]): number | undefined {
  let isKnown = true;
  for (let at = 0; at < chances.length; at++) {
    const chance = chances[at];
    if (chance === undefined) isKnown = false;
    else if (chance.share === 1) return 1;
  }
  if (!isKnown) return undefined;
  let count = 0;
  let only = 0;
  let missed = 1;
  for (let at = 0; at < chances.length; at++) {
    const { share } = chances[at]!;
    if (share === 0 || !isLargest(chances, at)) continue;
    count++;
    only = share;
    missed *= 1 - share;
  }
  return count < 2 ? only : 1 - missed;
}

/** Whether no other of the same dice is larger, nor an earlier one as large. */
function isLargest(chances: readonly (Chance | undefined)[], at: number): boolean {
  const { share, dice } = chances[at]!;
  for (let other = 0; other < chances.length; other++) {
    const one = chances[other]!;
    if (other !== at && one.dice === dice && (one.share > share || (one.share === share && other < at))) return false;
  }
  return true;
}

export function and(policies: readonly PolicyBody[]): PolicyBody {
  return { isStateful: policies.some(({ isStateful }) => isStateful), evaluate: every(policies, "sampled") };
}

export function drop(policies: readonly PolicyBody[]): PolicyBody {
  return { isStateful: policies.some(({ isStateful }) => isStateful), evaluate: every(policies, "dropped") };
}

/** The first policy that does not sample settles it; those behind it are asked for no more than how likely they would have. */
function every(policies: readonly PolicyBody[], decision: "sampled" | "dropped"): Evaluate {
  return (trace) => {
    const chances: (Chance | undefined)[] = [];
    for (const [index, { evaluate }] of policies.entries()) {
      const one = evaluate(trace);
      chances.push(one.chance);
      if (one.decision !== "not_sampled") continue;
      if (one.chance?.share === 0) return notSampled;
      chances.push(...policies.slice(index + 1).map((later) => chanceOf(later, trace)));
      return { decision: "not_sampled", chance: allOf(chances) };
    }
    return { decision, chance: allOf(chances) };
  };
}

/** How likely a policy keeps a trace, without anything being taken from a limit. */
export function chanceOf({ evaluate, isStateful }: PolicyBody, trace: TraceAt): Chance | undefined {
  if (isStateful) return undefined;
  try {
    return evaluate(trace).chance;
  } catch {
    return undefined;
  }
}

export function not({ evaluate, isStateful }: PolicyBody): PolicyBody {
  return {
    isStateful,
    evaluate: (trace) => {
      const { decision, chance } = evaluate(trace);
      return { decision: decision === "sampled" ? "not_sampled" : "sampled", chance: chance && negated(chance) };
    },
  };
}

function negated({ share, dice }: Chance): Chance {
  return { share: 1 - share, dice: dice === "" ? "" : dice.startsWith("!") ? dice.slice(1) : `!${dice}` };
}

export interface CompositePart {
  readonly name: string;
  readonly body: PolicyBody;
  readonly spansPerSecond: number;
}

/** The first policy that samples settles it: the trace is kept while that policy's spans of the second are within its bound, and within that of all. */
export function composite(parts: readonly CompositePart[], maxTotalSpansPerSecond: number): PolicyBody {
  const spans = new Float64Array(parts.length);
  let second = -1;
  return {
    isStateful: true,
    evaluate: (trace): Evaluation => {
      const now = Math.floor(trace.nowMs / 1000);
      if (now !== second) {
        second = now;
        spans.fill(0);
      }
      for (const [index, { name, body, spansPerSecond }] of parts.entries()) {
        if (body.evaluate(trace).decision !== "sampled") continue;
        const count = spans[index]! + trace.spanCount;
        if (count > spansPerSecond || count > maxTotalSpansPerSecond)
          return { decision: "not_sampled", chance: undefined };
        spans[index] = count;
        return { decision: "sampled", chance: undefined, subPolicy: name };
      }
      return notSampled;
    },
  };
}
