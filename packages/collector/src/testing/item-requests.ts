import { Signal } from "@genscope/otlp";
import { aLogsRequest, aMetricsRequest, type LogInit, testStartTime } from "@genscope/otlp/testing";
import { requestsOf, type SpanCase } from "./span-cases.ts";

/** Items of every kind, as case files write them. */
export interface ItemsCase {
  readonly spans?: readonly SpanCase[];
  readonly logs?: readonly LogInit[];
  /** Values of an int gauge "m", which each has under "n" as well. */
  readonly points?: readonly number[];
}

export interface SignalRequest {
  readonly signal: Signal;
  readonly bytes: Uint8Array;
}

export function itemRequests({ spans = [], logs = [], points = [] }: ItemsCase): readonly SignalRequest[] {
  const requests: SignalRequest[] = requestsOf(spans).map((bytes) => ({ signal: Signal.traces, bytes }));
  if (logs.length > 0) requests.push({ signal: Signal.logs, bytes: aLogsRequest({ logs }) });
  if (points.length > 0) {
    const dataPoints = points.map((value) => ({
      timeUnixNano: String(testStartTime),
      asInt: value,
      attributes: [{ key: "n", value: { intValue: value } }],
    }));
    const bytes = aMetricsRequest({ metrics: [{ name: "m", gauge: { dataPoints } }] });
    requests.push({ signal: Signal.metrics, bytes });
  }
  return requests;
}
