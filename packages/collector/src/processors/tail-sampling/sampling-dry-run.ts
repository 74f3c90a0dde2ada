import { indexTraces, readFixed64, readHex, type TraceView } from "@genscope/otlp";
import { internalLimits } from "../../graph/index-request.ts";
import { policiesOf, type TailSamplingConfig } from "./config.ts";
import type { Decision, PolicySet } from "./policy-set.ts";

/** What one policy made of the traces. */
export interface PolicyReport {
  readonly policy: string;
  readonly sampled: number;
  readonly dropped: number;
  readonly errors: number;
  /** Traces that it was the first to sample. */
  readonly keeps: number;
}

/** What a configuration of `tail_sampling` would make of traces, each of them seen as a whole. */
export interface SamplingReport {
  readonly traces: number;
  readonly spans: number;
  readonly bytes: number;
  readonly kept: { readonly traces: number; readonly spans: number; readonly bytes: number };
  readonly policies: readonly PolicyReport[];
}

export interface TriedTrace extends Decision {
  readonly traceId: string;
}

/** Decides about traces as a configuration of `tail_sampling` would, and keeps count. Limits go by when traces began, so these come oldest first. */
export class SamplingDryRun {
  readonly #policies: PolicySet;
  readonly #byPolicy: { policy: string; sampled: number; dropped: number; errors: number; keeps: number }[];
  readonly #all = { traces: 0, spans: 0, bytes: 0 };
  readonly #kept = { traces: 0, spans: 0, bytes: 0 };

  /** @throws {Error} that names the policy and says what is wrong with it. */
  constructor(config: TailSamplingConfig, warn: (message: string) => void = () => {}) {
    this.#policies = policiesOf(config, warn);
    this.#byPolicy = this.#policies.policies.map(({ name }) => ({
      policy: name,
      sampled: 0,
      dropped: 0,
      errors: 0,
      keeps: 0,
    }));
  }

  /** The spans of one trace, as a request. Undefined for a request without spans. */
  add(request: Uint8Array): TriedTrace | undefined {
    const view = indexTraces(request, internalLimits);
    const { spans, bytes } = view;
    if (spans.count === 0) return undefined;
    this.#policies.clear(0, 1);
    this.#policies.begin(view);
    for (let row = 0; row < spans.count; row++) this.#policies.observe(0, row);
    const at = spans.traceIdOffset[0]!;
    const id = at === -1 ? new Uint8Array(16) : bytes.subarray(at, at + 16);
    const trace = {
      slot: 0,
      id,
      spanCount: spans.count,
      sizeBytes: request.byteLength,
      nowMs: startMs(view),
    };
    const decided = this.#policies.decide(trace, (index, outcome) => {
      const counts = this.#byPolicy[index]!;
      if (outcome instanceof Error) counts.errors++;
      else if (outcome !== "not_sampled") counts[outcome]++;
    });
    this.#count(decided, spans.count, request.byteLength);
    return { ...decided, traceId: readHex({ bytes: id }, 0, 16) };
  }

  #count({ decision, policy }: Decision, spans: number, bytes: number): void {
    for (const sum of decision === "sampled" ? [this.#all, this.#kept] : [this.#all]) {
      sum.traces++;
      sum.spans += spans;
      sum.bytes += bytes;
    }
    const first = this.#byPolicy.find((one) => one.policy === policy);
    if (first !== undefined && decision === "sampled") first.keeps++;
  }

  report(): SamplingReport {
    return { ...this.#all, kept: { ...this.#kept }, policies: this.#byPolicy.map((one) => ({ ...one })) };
  }
}

function startMs(view: TraceView): number {
  const { spans } = view;
  let earliest = Infinity;
  for (let row = 0; row < spans.count; row++) {
    earliest = Math.min(earliest, Number(readFixed64(view, spans.startTimeOffset[row]!) / 1_000_000n));
  }
  return earliest;
}
