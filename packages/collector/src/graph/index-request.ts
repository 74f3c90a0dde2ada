import {
  defaultReceiveLimits,
  indexLogs,
  indexMetrics,
  indexTraces,
  type LogView,
  type MetricView,
  type ReceiveLimits,
  Signal,
  type TraceView,
} from "@genscope/otlp";

/** A request of any signal, indexed. */
export type SignalView =
  | { readonly signal: "traces"; readonly view: TraceView }
  | { readonly signal: "logs"; readonly view: LogView }
  | { readonly signal: "metrics"; readonly view: MetricView };

/** For requests that were checked when they came in, and may have been put together since. */
export const internalLimits: ReceiveLimits = {
  ...defaultReceiveLimits,
  items: 2 ** 31 - 1,
  rows: 2 ** 31 - 1,
  attributesPerItem: 2 ** 31 - 1,
};

/**
 * Indexes requests. The tables of the last one are used again: a view holds only until the next call for its signal. Whoever shares views of
 * traces with others says where they are from.
 */
export function createIndexer(
  limits: ReceiveLimits,
  sharedTraces?: (bytes: Uint8Array, limits: ReceiveLimits) => TraceView,
): (signal: Signal, bytes: Uint8Array) => SignalView {
  let traces: TraceView | undefined;
  let logs: LogView | undefined;
  let metrics: MetricView | undefined;
  return (signal, bytes) => {
    if (signal === Signal.traces) {
      if (sharedTraces !== undefined) return { signal: "traces", view: sharedTraces(bytes, limits) };
      return { signal: "traces", view: (traces = indexTraces(bytes, limits, traces)) };
    }
    if (signal === Signal.logs) return { signal: "logs", view: (logs = indexLogs(bytes, limits, logs)) };
    return { signal: "metrics", view: (metrics = indexMetrics(bytes, limits, metrics)) };
  };
}

export function itemCountOf(one: SignalView): number {
  if (one.signal === "traces") return one.view.spans.count;
  return one.signal === "logs" ? one.view.logs.count : one.view.points.count;
}

/** Counts the items of requests. */
export function createItemCount(): (signal: Signal, request: Uint8Array) => number {
  const index = createIndexer(internalLimits);
  return (signal, request) => itemCountOf(index(signal, request));
}
