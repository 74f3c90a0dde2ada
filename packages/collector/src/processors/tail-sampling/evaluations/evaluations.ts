import type { Position } from "@genscope/journal";
import { readHex } from "@genscope/otlp";
import type { Evaluation } from "./evaluation.ts";
import type { TraceEvaluation } from "./evaluation-record.ts";

type Matches = (evaluation: Evaluation) => boolean;

interface Heard {
  /** A bit for every policy that it matches. */
  policies: number;
  /** Milliseconds since the epoch, of the last. */
  atMs: number;
  /** Whether the trace was decided since. */
  isConsidered: boolean;
  /** Where the first is, in the journal that it was read from. */
  readonly position: Position;
}

const mostPolicies = 32;

/** What evaluations say of traces that came beside their spans, as far as policies ask: of the last traces, up to a number of them. */
export class Evaluations {
  readonly #policies: Matches[] = [];
  /** By trace, the one that was first heard of first. */
  readonly #heard = new Map<string, Heard>();

  /** A policy that asks. Its number is what {@link has} goes by. */
  register(matches: Matches): number {
    if (this.#policies.length === mostPolicies) throw new Error(`there are more than ${mostPolicies} genai_evaluation`);
    return this.#policies.push(matches) - 1;
  }

  /** Whether a policy asked for it. */
  add(evaluation: TraceEvaluation, atMs: number, position: Position): boolean {
    let policies = 0;
    for (const [number, matches] of this.#policies.entries()) if (matches(evaluation)) policies |= 1 << number;
    if (policies === 0) return false;
    const known = this.#heard.get(evaluation.traceId);
    if (known === undefined) {
      this.#heard.set(evaluation.traceId, { policies, atMs, isConsidered: false, position });
    } else {
      known.policies |= policies;
      known.atMs = atMs;
      known.isConsidered = false;
    }
    return true;
  }

  has(traceId: Uint8Array, policy: number): boolean {
    return ((this.#find(traceId, 0)?.policies ?? 0) & (1 << policy)) !== 0;
  }

  /** Whether there is one that was not there when the trace was decided. */
  isNewSince(bytes: Uint8Array, traceId: number, decidedAtMs: number): boolean {
    const heard = this.#find(bytes, traceId);
    return heard !== undefined && !heard.isConsidered && heard.atMs >= decidedAtMs;
  }

  consider(traceId: Uint8Array): void {
    const heard = this.#find(traceId, 0);
    if (heard !== undefined) heard.isConsidered = true;
  }

  /** Forgets those that were heard of first, past `most` traces. */
  forgetPast(most: number): void {
    for (const traceId of this.#heard.keys()) {
      if (this.#heard.size <= most) return;
      this.#heard.delete(traceId);
    }
  }

  /** What lies before it in the journal is forgotten; undefined if everything is. */
  get firstPosition(): Position | undefined {
    return this.#heard.values().next().value?.position;
  }

  get count(): number {
    return this.#heard.size;
  }

  #find(bytes: Uint8Array, traceId: number): Heard | undefined {
    return this.#heard.size === 0 ? undefined : this.#heard.get(readHex({ bytes }, traceId, 16));
  }
}
