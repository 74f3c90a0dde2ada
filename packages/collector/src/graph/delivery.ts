import { defaultRetryPolicy, type RetryPolicy } from "@genscope/otlp/client";
import type { z } from "zod";
import { boolean, duration, integer, list, number, optionalSection, section, text, word } from "../config/fields.ts";

/** How requests are put together before they are sent. */
export interface Batching {
  /** Items, or bytes, worth waiting for. */
  readonly minSize: number;
  /** What one request may hold; 0 for no bound. */
  readonly maxSize: number;
  readonly sizer: "items" | "bytes";
  /** How long to wait for `minSize`. */
  readonly flushMs: number;
}

/** What the graph does for an exporter: waiting, trying again, bounds. */
export interface Delivery {
  /** Requests on their way at once. */
  readonly concurrency: number;
  readonly batching: Batching | undefined;
  /** Nothing: what fails is given up at once. */
  readonly retry: RetryPolicy | undefined;
  /** What the journal in front of the exporter may hold, if the configuration says it in bytes. */
  readonly queueBytes: number | undefined;
}

/** `retry_on_failure`. */
export const retryField = section({
  enabled: boolean(true),
  initial_interval: duration(5_000),
  randomization_factor: number(0.5),
  multiplier: number(1.5),
  max_interval: duration(30_000),
  max_elapsed_time: duration(),
});

/** `sending_queue`. */
export const queueField = section({
  enabled: boolean(true),
  num_consumers: integer(10),
  queue_size: integer(1000),
  sizer: word(["requests", "items", "bytes"], "requests"),
  block_on_overflow: boolean(false),
  wait_for_result: boolean(false),
  storage: text(),
  batch: optionalSection({
    flush_timeout: duration(200),
    min_size: integer(8192),
    max_size: integer(0),
    sizer: word(["items", "bytes"], "items"),
    partition: section({ metadata_keys: list(text("")) }),
  }),
});

type QueueConfig = z.output<typeof queueField>;
type RetryConfig = z.output<typeof retryField>;

/** What is said of a queue that cannot be meant. */
export function checkQueue(queue: QueueConfig): readonly string[] {
  if (!queue.enabled) return [];
  const said: string[] = [];
  if (queue.num_consumers <= 0) said.push("sending_queue: `num_consumers` must be positive");
  if (queue.queue_size <= 0) said.push("sending_queue: `queue_size` must be positive");
  const { batch } = queue;
  if (batch !== undefined && batch.max_size > 0 && batch.max_size < batch.min_size) {
    said.push(
      `sending_queue::batch: \`max_size\` (${batch.max_size}) must be greater or equal to \`min_size\` (${batch.min_size})`,
    );
  }
  if (batch !== undefined && batch.flush_timeout <= 0)
    said.push("sending_queue::batch: `flush_timeout` must be positive");
  return said;
}

export function checkRetry(retry: RetryConfig): readonly string[] {
  if (!retry.enabled) return [];
  const said: string[] = [];
  if (retry.initial_interval < 0) said.push("retry_on_failure: 'initial_interval' must be non-negative");
  if (retry.randomization_factor < 0 || retry.randomization_factor > 1) {
    said.push("retry_on_failure: 'randomization_factor' must be within [0, 1]");
  }
  if (retry.multiplier < 0) said.push("retry_on_failure: 'multiplier' must be non-negative");
  if (retry.max_interval < 0) said.push("retry_on_failure: 'max_interval' must be non-negative");
  const { max_elapsed_time: elapsed = 0 } = retry;
  if (elapsed < 0) said.push("retry_on_failure: 'max_elapsed_time' must be non-negative");
  if (elapsed > 0 && elapsed < Math.max(retry.initial_interval, retry.max_interval)) {
    const than = elapsed < retry.initial_interval ? "initial_interval" : "max_interval";
    said.push(`retry_on_failure: 'max_elapsed_time' must not be less than '${than}'`);
  }
  return said;
}

/** The Collector gives up after five minutes; a journal has no need to, unless it is told. */
const strictElapsedMs = defaultRetryPolicy.maxElapsedMs;

/** Reads `sending_queue` and `retry_on_failure` of an exporter's configuration, where it has them. */
export function deliveryOf(config: unknown, batching: Batching | undefined, isStrict: boolean): Delivery {
  const { sending_queue: queue, retry_on_failure: retry } = config as {
    readonly sending_queue?: QueueConfig;
    readonly retry_on_failure?: RetryConfig;
  };
  const own = queue?.enabled === true ? queue.batch : undefined;
  return {
    concurrency: queue?.enabled === true ? queue.num_consumers : 1,
    batching:
      own === undefined
        ? batching
        : { minSize: own.min_size, maxSize: own.max_size, sizer: own.sizer, flushMs: own.flush_timeout },
    retry: retry === undefined ? { ...defaultRetryPolicy, maxElapsedMs: Infinity } : retryPolicyOf(retry, isStrict),
    queueBytes: queue?.enabled === true && queue.sizer === "bytes" ? queue.queue_size : undefined,
  };
}

function retryPolicyOf(retry: RetryConfig, isStrict: boolean): RetryPolicy | undefined {
  if (!retry.enabled) return undefined;
  const elapsed = retry.max_elapsed_time ?? (isStrict ? strictElapsedMs : 0);
  return {
    initialMs: retry.initial_interval,
    multiplier: retry.multiplier,
    maxIntervalMs: retry.max_interval,
    jitter: retry.randomization_factor,
    maxElapsedMs: elapsed === 0 ? Infinity : elapsed,
    maxAttempts: Infinity,
  };
}
