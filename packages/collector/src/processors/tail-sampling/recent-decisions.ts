import { readHex } from "@genscope/otlp";
import type { TraceAt } from "./policies/policy.ts";
import type { Decision } from "./policy-set.ts";

/** A decision as a person may ask for it: why was this trace kept, or not. */
export interface RecentDecision {
  readonly traceId: string;
  /** Milliseconds since the epoch. */
  readonly decidedAtMs: number;
  readonly decision: "sampled" | "not_sampled" | "dropped";
  /** Why then: its wait was over, it was complete, or there was no room. */
  readonly because: string;
  readonly policy: string | undefined;
  readonly subPolicy: string | undefined;
  readonly probability: number | undefined;
  readonly spans: number;
  readonly bytes: number;
  /** What each policy came to that was asked. */
  readonly evaluations: readonly { readonly policy: string; readonly outcome: string }[];
}

/** What is noted of a decision, in place of an older one; what a person sees is made of it when somebody asks. */
interface Noted {
  readonly id: Uint8Array;
  decidedAtMs: number;
  because: string;
  policy: string | undefined;
  subPolicy: string | undefined;
  probability: number | undefined;
  spans: number;
  bytes: number;
  /** By policy; undefined for one that was not asked. */
  readonly outcomes: (string | undefined)[];
}

/** Decisions of one kind; the oldest is at `next` once there are as many as are kept. */
interface Ring {
  readonly noted: Noted[];
  next: number;
}

/** The last decisions, some of each kind, newest first. */
export class RecentDecisions {
  readonly #policies: readonly string[];
  readonly #most: number;
  readonly #rings: Readonly<Record<RecentDecision["decision"], Ring>> = {
    sampled: { noted: [], next: 0 },
    not_sampled: { noted: [], next: 0 },
    dropped: { noted: [], next: 0 },
  };

  constructor(policies: readonly string[], most = 100) {
    this.#policies = policies;
    this.#most = most;
  }

  /** Nothing is kept of what is given. */
  add(
    { id, spanCount, sizeBytes, nowMs }: TraceAt,
    because: string,
    { decision, policy, subPolicy, probability }: Decision,
    outcomes: readonly (string | undefined)[],
  ): void {
    const ring = this.#rings[decision];
    const noted = (ring.noted[ring.next] ??= {
      id: new Uint8Array(16),
      decidedAtMs: 0,
      because: "",
      policy: undefined,
      subPolicy: undefined,
      probability: undefined,
      spans: 0,
      bytes: 0,
      outcomes: [],
    });
    ring.next = (ring.next + 1) % this.#most;
    noted.id.set(id);
    noted.decidedAtMs = nowMs;
    noted.because = because;
    noted.policy = policy;
    noted.subPolicy = subPolicy;
    noted.probability = probability;
    noted.spans = spanCount;
    noted.bytes = sizeBytes;
    for (let index = 0; index < outcomes.length; index++) noted.outcomes[index] = outcomes[index];
  }

  list(): readonly RecentDecision[] {
    return (["sampled", "not_sampled", "dropped"] as const)
      .flatMap((decision) => {
        const { noted, next } = this.#rings[decision];
        return [...noted.slice(next), ...noted.slice(0, next)].map((one) => this.#shown(decision, one));
      })
      .toSorted((a, b) => b.decidedAtMs - a.decidedAtMs);
  }

  #shown(decision: RecentDecision["decision"], { id, outcomes, ...rest }: Noted): RecentDecision {
    return {
      traceId: readHex({ bytes: id }, 0, 16),
      decision,
      ...rest,
      evaluations: this.#policies.flatMap((policy, index) => {
        const outcome = outcomes[index];
        return outcome === undefined ? [] : [{ policy, outcome }];
      }),
    };
  }
}
