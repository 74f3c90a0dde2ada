import { setTimeout as sleep } from "node:timers/promises";
import { JournalError, type JournalConsumer, type Position, type StoredRecord } from "@genscope/journal";
import { OtlpError, type Signal } from "@genscope/otlp";
import { retryDelay } from "@genscope/otlp/client";
import type { Delivery } from "./delivery.ts";
import { createDoneRanges, type DoneRanges } from "./done-ranges.ts";
import { itemsOf } from "./signals.ts";
import { type CountedRequest, type SizeOf, splitRequest } from "./split-request.ts";
import type { Exporter } from "./stage.ts";
import type { Telemetry } from "./telemetry.ts";

export interface PumpOptions {
  /** Of the exporter. */
  readonly id: string;
  readonly consumer: JournalConsumer;
  readonly exporter: Exporter;
  readonly delivery: Delivery;
  readonly telemetry: Telemetry;
  readonly warn: (message: string) => void;
}

/** Carries what a journal holds to an exporter. */
export interface Pump {
  /** Reads and sends until `signal` aborts; then ends what is on its way and commits it. */
  run(signal: AbortSignal): Promise<void>;
  readonly isDrained: boolean;
}

/** Records of one request or more, to be sent and committed together. */
interface Load extends CountedRequest {
  readonly signal: Signal;
  readonly from: Position;
  readonly to: Position;
}

/** What is behind each other in the journal is sent together up to this, nothing else being asked for: less than what receivers take by default. */
const ownBatch = { items: 8192, bytes: 2 * 1024 * 1024 };
const readBytes = 16 * 1024 * 1024;

export function createPump(options: PumpOptions): Pump {
  const { consumer, exporter, delivery } = options;
  const { batching } = delivery;
  const sizeOf: SizeOf = batching?.sizer === "bytes" ? (one) => one.request.byteLength : (one) => one.itemCount;
  const outcome = createOutcome(options);
  const done = createDoneRanges(consumer);
  let stuck = 0;

  async function run(signal: AbortSignal): Promise<void> {
    const onTheirWay = new Set<Promise<void>>();
    try {
      for await (const load of loads(options, done, signal)) {
        done.begin(load);
        const settled = deliver(load, signal).finally(() => onTheirWay.delete(settled));
        onTheirWay.add(settled);
        // nothing new goes to a target that fails: one request finds out when it is back
        while (onTheirWay.size >= (stuck > 0 ? 1 : delivery.concurrency)) await Promise.race(onTheirWay);
        if (signal.aborted) break;
      }
    } finally {
      await Promise.allSettled(onTheirWay);
      await done.settled();
    }
  }

  async function deliver(load: Load, signal: AbortSignal): Promise<void> {
    const isBounded = batching !== undefined && batching.maxSize > 0;
    const parts = isBounded ? splitRequest(load.signal, load, batching.maxSize, sizeOf) : [load];
    for (const part of parts) if (!(await deliverPart(load.signal, part, signal))) return;
    done.end(load);
  }

  /** Whether it is over with, for good or bad. Not so if the collector stops while the target fails. */
  async function deliverPart(kind: Signal, part: CountedRequest, signal: AbortSignal): Promise<boolean> {
    const startMs = Date.now();
    let isStuck = false;
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          const { rejected, message, hasWarned = false } = await exporter.send(kind, part.request);
          outcome.sent(kind, part.itemCount - rejected);
          if (rejected > 0 || message !== "") outcome.partial(kind, rejected, message, hasWarned);
          return true;
        } catch (error) {
          const { retry } = delivery;
          const isRetryable = error instanceof OtlpError && error.retryable;
          if (!isRetryable || retry === undefined) return outcome.dropped(kind, part.itemCount, error);
          const waitMs = retryDelay(retry, attempt, error.retryAfterMs, Math.random());
          if (Date.now() + waitMs - startMs > retry.maxElapsedMs) {
            return outcome.dropped(kind, part.itemCount, error, "no more retries left");
          }
          if (attempt === 1) outcome.retrying(error, waitMs);
          if (!isStuck) stuck++;
          isStuck = true;
          await sleep(waitMs, undefined, { signal }).catch(() => {});
          if (signal.aborted) return false;
        }
      }
    } finally {
      if (isStuck) stuck--;
    }
  }

  return {
    run,
    get isDrained() {
      return consumer.lagBytes === 0;
    },
  };
}

/** What the journal holds, put together as the delivery asks, until the signal aborts. */
async function* loads(
  { consumer, delivery }: PumpOptions,
  done: DoneRanges,
  signal: AbortSignal,
): AsyncGenerator<Load> {
  const { batching } = delivery;
  while (!signal.aborted) {
    let records: StoredRecord[];
    try {
      records = await gather(consumer, batching, signal);
    } catch (error) {
      if (error instanceof JournalError && error.code === "closed") return;
      throw error;
    }
    const fresh = records.filter((record) => !done.isDone(record.position));
    const last = records.at(-1);
    if (last === undefined || signal.aborted) continue;
    const request = fresh.length === 1 ? fresh[0]!.payload : Buffer.concat(fresh.map(({ payload }) => payload));
    const itemCount = fresh.reduce((sum, record) => sum + record.itemCount, 0);
    if (itemCount === 0) done.skip({ from: records[0]!.position, to: last.nextPosition });
    else {
      yield {
        signal: last.signal as Signal,
        request,
        itemCount,
        from: records[0]!.position,
        to: last.nextPosition,
      };
    }
  }
}

/** One load's records: at once what is there, or as long as the batching says to wait for more. */
async function gather(
  consumer: JournalConsumer,
  batching: Delivery["batching"],
  signal: AbortSignal,
): Promise<StoredRecord[]> {
  if (batching === undefined) {
    return consumer.read({ maxItems: ownBatch.items, maxBytes: ownBatch.bytes, signal });
  }
  const { minSize, maxSize, sizer, flushMs } = batching;
  const want = Math.max(minSize, 1);
  const bound =
    maxSize > 0 ? maxSize : sizer === "items" ? Math.max(want, ownBatch.items) : Math.max(want, ownBatch.bytes);
  const records: StoredRecord[] = [];
  let items = 0;
  let bytes = 0;
  let deadline = Infinity;
  for (;;) {
    const size = sizer === "items" ? items : bytes;
    const leftMs = deadline - performance.now();
    if (records.length > 0 && (size >= want || leftMs <= 0 || signal.aborted || bytes >= readBytes)) return records;
    const more = await consumer.read({
      maxItems: sizer === "items" ? bound - items : Infinity,
      maxBytes: sizer === "bytes" ? bound - bytes : readBytes,
      signal,
      ...(records.length === 0 ? {} : { waitMs: leftMs }),
    });
    if (more.length === 0 && records.length === 0) return records;
    if (records.length === 0) deadline = performance.now() + flushMs;
    for (const record of more) {
      records.push(record);
      items += record.itemCount;
      bytes += record.payload.byteLength;
    }
  }
}

interface Outcome {
  sent(signal: Signal, count: number): void;
  partial(signal: Signal, rejected: number, message: string, hasWarned: boolean): void;
  dropped(signal: Signal, count: number, error: unknown, why?: string): true;
  retrying(error: OtlpError, waitMs: number): void;
}

function createOutcome({ id, telemetry, warn }: PumpOptions): Outcome {
  const count = (name: string, signal: Signal, items: number): void =>
    telemetry.counter(`otelcol_exporter_${name}_${itemsOf[signal]}`, { exporter: id }).add(items);
  const failed = (signal: Signal, items: number): void => count("send_failed", signal, items);
  return {
    sent: (signal, items) => {
      count("sent", signal, items);
      failed(signal, 0);
    },
    partial(signal, rejected, message, hasWarned) {
      failed(signal, rejected);
      if (!hasWarned) warn(`exporter "${id}": the target left out ${rejected} ${itemsOf[signal]}: ${message}`);
    },
    dropped(signal, items, error, why = "not retryable") {
      failed(signal, items);
      warn(`exporter "${id}": dropped ${items} ${itemsOf[signal]} (${why}): ${textOf(error)}`);
      return true;
    },
    retrying(error, waitMs) {
      warn(`exporter "${id}": will retry after ${Math.round(waitMs)} ms: ${error.message}`);
    },
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
