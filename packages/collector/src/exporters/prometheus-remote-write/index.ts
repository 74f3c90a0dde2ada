import { createHash } from "node:crypto";
import { OtlpError, Signal } from "@genscope/otlp";
import { createHttpTransport, type SendOptions } from "@genscope/otlp/client";
import { createIndexer, internalLimits } from "../../graph/index-request.ts";
import type { ExporterFactory } from "../../graph/stage.ts";
import { resourceLabelsOf, strategyOf } from "../../prometheus/translation-fields.ts";
import { MetricTranslator } from "../../prometheus/translate-metrics.ts";
import { unusableText } from "../../prometheus/unusable-text.ts";
import { openSender } from "../sender-options.ts";
import { collectSeries, type SeriesGroup } from "./collect-series.ts";
import { isVersion2, type RemoteWriteConfig } from "./config.ts";
import { RefusedWrite, type Write, createWrite } from "./write-protocol.ts";

export { prometheusRemoteWriteComponent } from "./config.ts";

/** What is left to do of one request; kept while it is tried again. */
interface Job {
  /** By shard, what to write, the next at the end. The groups of one key are all in one shard: they arrive in order. */
  readonly shards: readonly SeriesGroup[][][];
  rejected: number;
  readonly refusals: Set<string>;
  splits: number;
  hasUnusable: boolean;
}

const onlyVersion2 =
  "convert_explicit_histograms_to_nhcb needs protobuf_message: io.prometheus.write.v2.Request: receivers of remote write 1.0 lose such histograms, so they are written as classic ones";

/** A target that takes nothing is not asked series by series. */
const maxSplits = 256;

/** Writes to what takes Prometheus remote write: one request at a time for each series, what the target took never again. */
export const createPrometheusRemoteWrite: ExporterFactory<RemoteWriteConfig> = async (config, context) => {
  const { id, telemetry, warn, now } = context;
  const sender = await openSender(config, context);
  const transport = createHttpTransport(sender);
  const write = createWrite(config, sender, transport, warn);
  const index = createIndexer(internalLimits);
  const translator = new MetricTranslator(translateOptions(config));
  const jobs = new WeakMap<Uint8Array, Job>();
  const translated = telemetry.counter("otelcol_exporter_prometheusremotewrite_translated_time_series", {
    exporter: id,
  });
  const failed = telemetry.counter("otelcol_exporter_prometheusremotewrite_failed_translations", { exporter: id });
  if (config.convert_explicit_histograms_to_nhcb && !isVersion2(config)) warn(onlyVersion2);
  if (config.wal !== undefined) warn("wal: not needed, what is to be written waits in the pipeline's journal");

  function prepare(request: Uint8Array): Job {
    const indexed = index(Signal.metrics, request);
    const job: Job = { shards: [], rejected: 0, refusals: new Set(), splits: 0, hasUnusable: false };
    if (indexed.signal !== "metrics") return job;
    const groups = collectSeries(indexed.view, translator, {
      hasCreatedMetric: config.export_created_metric.enabled,
      nowMs: now(),
      unusable(why, metric) {
        warn(unusableText(why, metric));
        failed.add(1);
        job.rejected++;
        job.hasUnusable = true;
      },
    });
    translated.add(groups.reduce((sum, { series }) => sum + series.size, 0));
    return { ...job, shards: shardsOf(groups, shardCount(config), config.max_batch_size_bytes) };
  }

  return {
    async send(_signal, request, options) {
      const job = jobs.get(request) ?? prepare(request);
      jobs.set(request, job);
      const outcomes = await Promise.allSettled(job.shards.map((work) => writeAll(job, work, write, options)));
      const failure = outcomes.find((one) => one.status === "rejected");
      if (failure !== undefined) throw failure.reason;
      jobs.delete(request);
      const { rejected, refusals, hasUnusable } = job;
      return { rejected, message: [...refusals].join("; "), hasWarned: hasUnusable && refusals.size === 0 };
    },
    [Symbol.asyncDispose]: async () => {
      sender[Symbol.dispose]();
      await transport.close();
    },
  };
};

/** Rejects with what may be tried again; what is done is no longer among the work. */
async function writeAll(job: Job, work: SeriesGroup[][], write: Write, options: SendOptions = {}): Promise<void> {
  for (let batch = work.at(-1); batch !== undefined; batch = work.at(-1)) {
    try {
      await write(batch, options.signal);
      work.pop();
    } catch (error) {
      if (error instanceof OtlpError && error.retryable) throw error;
      if (!(error instanceof RefusedWrite)) throw error;
      work.pop();
      if (error.mayBePart && batch.length > 1 && job.splits < maxSplits) {
        // one series that the target will not have must not cost the others
        job.splits++;
        const half = batch.length >> 1;
        work.push(batch.slice(half), batch.slice(0, half));
        continue;
      }
      job.rejected += batch.reduce((sum, { points }) => sum + points, 0);
      job.refusals.add(error.message);
    }
  }
}

function translateOptions(config: RemoteWriteConfig) {
  const isNative = config.convert_explicit_histograms_to_nhcb && isVersion2(config);
  return {
    strategy: strategyOf(config),
    namespace: config.namespace,
    constantLabels: config.external_labels,
    isResourceLabel: resourceLabelsOf(config),
    hasScopeLabels: !config.disable_scope_info && config.scope_info?.enabled !== false,
    hasTargetInfo: config.target_info.enabled,
    takesDelta: false,
    histograms: !isNative
      ? ("classic" as const)
      : config.keep_classic_histograms
        ? ("both" as const)
        : ("native" as const),
  };
}

function shardCount({ remote_write_queue: queue, max_batch_request_parallelism: parallel }: RemoteWriteConfig): number {
  return Math.max(1, parallel ?? (queue.enabled ? queue.num_consumers : 1));
}

function shardsOf(groups: readonly SeriesGroup[], count: number, maxBytes: number): SeriesGroup[][][] {
  const shards = Array.from({ length: count }, (): SeriesGroup[] => []);
  for (const group of groups) {
    const digest = count === 1 ? 0 : createHash("sha1").update(group.key).digest().readUInt32LE(0);
    shards[digest % count]!.push(group);
  }
  return shards.filter((shard) => shard.length > 0).map((shard) => batchesOf(shard, maxBytes).toReversed());
}

function batchesOf(groups: readonly SeriesGroup[], maxBytes: number): SeriesGroup[][] {
  const batches: SeriesGroup[][] = [[]];
  let bytes = 0;
  for (const group of groups) {
    const size = sizeOf(group);
    if (bytes > 0 && bytes + size > maxBytes) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)!.push(group);
    bytes += size;
  }
  return batches;
}

/** About what it takes in a request. */
function sizeOf({ series }: SeriesGroup): number {
  let bytes = 0;
  for (const { labels, samples, histograms, exemplars } of series.values()) {
    for (const [name, value] of labels) bytes += name.length + value.length + 6;
    for (const { histogram } of histograms) bytes += 60 + 3 * (histogram?.positive.deltas.length ?? 0);
    bytes += 18 * samples.length + 80 * exemplars.length;
  }
  return bytes;
}
