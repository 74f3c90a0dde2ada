import type { ClickHouseClient } from "@clickhouse/client";
import { listTraces, traceSummaries } from "@genscope/store/queries";
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { Status, TraceFilter } from "./contract.ts";
import type { Beat, LiveHub } from "./live-hub.ts";
import { toStoreFilter } from "./parse-filter.ts";

export interface LiveRouteOptions {
  readonly client: ClickHouseClient;
  readonly hub: LiveHub;
  readonly filter: Omit<TraceFilter, "from" | "to">;
  readonly spans: boolean;
  readonly status: () => Promise<Status>;
}

const statusEveryMs = 2_000;
const maxTraces = 200;

/** The newest state of the beat's traces that the filter lets through. */
async function tracesOf(
  { client, filter }: LiveRouteOptions,
  traceIds: readonly string[],
): ReturnType<typeof traceSummaries> {
  const summaries = await traceSummaries(client, traceIds);
  const isSelective = Object.values(filter).some((value) => value !== undefined);
  if (!isSelective || summaries.length === 0) return summaries;
  // spans are looked for where these traces are, not in all that is stored
  const starts = summaries.map(({ startUnixNano }) => BigInt(startUnixNano));
  const [fromNano, toNano] = [starts.reduce((x, y) => (x < y ? x : y)), starts.reduce((x, y) => (x > y ? x : y)) + 1n];
  const { traces } = await listTraces(client, {
    filter: { ...toStoreFilter(filter), fromNano, toNano, traceIds },
    sort: "start",
    order: "desc",
    limit: maxTraces,
  });
  return traces;
}

/**
 * One subscriber's stream. While an event is being written or asked for, beats are not queued but put together: a slow reader gets the newest state, later.
 */
export function streamLive(context: Context, options: LiveRouteOptions): Response {
  // a filter that cannot be used is refused, not found out in the middle of the stream
  toStoreFilter(options.filter);
  return streamSSE(context, async (stream) => {
    let wake = Promise.withResolvers<void>();
    let waiting = new Set<string>();
    let skippedTraces = 0;
    let spans: Beat["spans"] = [];
    let skippedSpans = 0;
    const stop = options.hub.listen(
      (beat) => {
        for (const id of beat.traceIds) {
          if (waiting.size < maxTraces || waiting.has(id)) waiting.add(id);
          else skippedTraces++;
        }
        skippedTraces += beat.skippedTraces;
        if (spans.length === 0) spans = beat.spans;
        else skippedSpans += beat.spans.length;
        skippedSpans += beat.skippedSpans;
        wake.resolve();
      },
      { spans: options.spans },
    );
    stream.onAbort(() => {
      stop();
      wake.resolve();
    });
    try {
      await stream.writeSSE({ event: "status", data: JSON.stringify(await options.status()) });
      while (!stream.aborted && !stream.closed) {
        const timer = setTimeout(() => wake.resolve(), statusEveryMs);
        await wake.promise;
        clearTimeout(timer);
        wake = Promise.withResolvers<void>();
        if (stream.aborted) break;
        if (waiting.size === 0 && spans.length === 0 && skippedSpans === 0) {
          await stream.writeSSE({ event: "status", data: JSON.stringify(await options.status()) });
          continue;
        }
        const ids = [...waiting];
        const told = { spans, skipped: skippedSpans };
        const skipped = skippedTraces;
        waiting = new Set();
        spans = [];
        skippedTraces = skippedSpans = 0;
        // an engine that is just restarting leaves a gap, not an end
        const traces = await tracesOf(options, ids).catch(() => []);
        if (traces.length > 0 || skipped > 0) {
          await stream.writeSSE({ event: "traces", data: JSON.stringify({ traces, skipped }) });
        }
        if (options.spans && (told.spans.length > 0 || told.skipped > 0)) {
          await stream.writeSSE({ event: "spans", data: JSON.stringify(told) });
        }
      }
    } finally {
      stop();
    }
  });
}
