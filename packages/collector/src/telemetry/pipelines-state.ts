import type { Config } from "../config/parse-config.ts";
import type { Telemetry } from "../graph/telemetry.ts";
import type { PipelineSignal } from "../components.ts";

/** What runs and how it goes, for people who look. Counts are since the start of the process. */
export interface PipelinesState {
  /** Why it is not ready, or a part of it has stopped. */
  readonly notReady: string | null;
  readonly pipelines: readonly PipelineState[];
  readonly components: readonly ComponentState[];
  readonly queues: readonly QueueState[];
  readonly warnings: readonly WarningState[];
}

export interface PipelineState {
  readonly id: string;
  readonly signal: PipelineSignal;
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
}

export interface ComponentState {
  readonly kind: "receiver" | "processor" | "exporter";
  readonly id: string;
  /** Spans, log records and data points; null where it does not count them. */
  readonly in: number | null;
  readonly out: number | null;
  /** Refused by a receiver, given up by an exporter. */
  readonly failed: number | null;
}

/** A reader of a journal: a stage or an exporter. */
export interface QueueState {
  readonly id: string;
  /** Bytes it has not handled. */
  readonly lagBytes: number;
  /** Of the journal it reads. */
  readonly maxBytes: number;
}

export interface WarningState {
  readonly message: string;
  readonly count: number;
  /** Milliseconds since the Unix epoch. */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** How many items of any signal went where, by the names of metrics without the items' own. */
const counters = {
  receiver: { in: "otelcol_receiver_accepted_", out: undefined, failed: "otelcol_receiver_refused_" },
  processor: { in: "otelcol_processor_incoming_", out: "otelcol_processor_outgoing_", failed: undefined },
  exporter: { in: undefined, out: "otelcol_exporter_sent_", failed: "otelcol_exporter_send_failed_" },
} as const;

export function pipelineStates({ pipelines }: Config): PipelineState[] {
  return pipelines.map(({ id, signal, receivers, processors, exporters }) => ({
    id,
    signal,
    receivers,
    processors,
    exporters,
  }));
}

export function componentStates(telemetry: Telemetry): ComponentState[] {
  const states = new Map<
    string,
    { kind: ComponentState["kind"]; id: string; in: number | null; out: number | null; failed: number | null }
  >();
  for (const { name, labels, value } of telemetry.read()) {
    if (typeof value !== "number") continue;
    for (const kind of ["receiver", "processor", "exporter"] as const) {
      const id = labels[kind];
      if (id === undefined) continue;
      for (const [what, prefix] of Object.entries(counters[kind]) as ["in" | "out" | "failed", string | undefined][]) {
        if (prefix === undefined || !name.startsWith(prefix)) continue;
        const key = `${kind} ${id}`;
        const state = states.get(key) ?? { kind, id, in: null, out: null, failed: null };
        state[what] = (state[what] ?? 0) + value;
        states.set(key, state);
      }
    }
  }
  return [...states.values()];
}
