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

/** The last decisions, some of each kind, newest first. */
export class RecentDecisions {
  readonly #most: number;
  readonly #byDecision = new Map<RecentDecision["decision"], RecentDecision[]>();

  constructor(most = 100) {
    this.#most = most;
  }

  add(decision: RecentDecision): void {
    const known = this.#byDecision.get(decision.decision);
    if (known === undefined) this.#byDecision.set(decision.decision, [decision]);
    else {
      known.push(decision);
      // in one go now and then
      if (known.length >= 2 * this.#most) known.splice(0, known.length - this.#most);
    }
  }

  list(): readonly RecentDecision[] {
    return [...this.#byDecision.values()]
      .flatMap((decisions) => decisions.slice(-this.#most))
      .toSorted((a, b) => b.decidedAtMs - a.decidedAtMs);
  }
}
