import { Signal } from "@genscope/otlp";
import type { PipelineSignal } from "../components.ts";

export const signalOf: Readonly<Record<PipelineSignal, Signal>> = {
  traces: Signal.traces,
  logs: Signal.logs,
  metrics: Signal.metrics,
};

export const signalNameOf: Readonly<Record<Signal, PipelineSignal>> = {
  [Signal.traces]: "traces",
  [Signal.logs]: "logs",
  [Signal.metrics]: "metrics",
};

/** What the Collector's metrics call the items of a signal: `otelcol_receiver_accepted_spans`. */
export const itemsOf: Readonly<Record<Signal, string>> = {
  [Signal.traces]: "spans",
  [Signal.logs]: "log_records",
  [Signal.metrics]: "metric_points",
};
