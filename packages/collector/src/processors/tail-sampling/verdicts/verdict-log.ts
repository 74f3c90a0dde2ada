import { setTimeout as sleep } from "node:timers/promises";
import { type Journal, type JournalConsumer, JournalError, openJournal, type Position } from "@genscope/journal";
import { decodeVerdicts, type Verdict } from "./verdict-record.ts";

const segmentBytes = 1024 * 1024;
const retryMs = 500;
/** Of one verdict at the most, when it was come to alone. */
const verdictBytes = 512;

/** Verdicts on disk, so that late spans follow their trace over a restart. They are numbered from 0, oldest first, in each run anew. */
export class VerdictLog implements AsyncDisposable {
  readonly #journal: Journal;
  readonly #consumer: JournalConsumer;
  readonly #warn: (message: string) => void;
  /** What is in it, oldest first: `end` is the number behind its last verdict. */
  readonly #batches: { readonly position: Position; readonly end: number }[] = [];
  #count = 0;

  private constructor(journal: Journal, consumer: JournalConsumer, warn: (message: string) => void) {
    this.#journal = journal;
    this.#consumer = consumer;
    this.#warn = warn;
  }

  /** `each` gets what is in it, oldest first. */
  static async open(
    dir: string,
    most: number,
    warn: (message: string) => void,
    each: (verdict: Verdict, atMs: number) => void,
  ): Promise<VerdictLog> {
    const maxBytes = 16 * segmentBytes + most * verdictBytes;
    const journal = await openJournal({ dir, maxBytes, segmentBytes, cacheBytes: 0, onWarning: warn });
    try {
      const log = new VerdictLog(journal, await journal.consumer("sampler"), warn);
      await log.#read(each);
      return log;
    } catch (error) {
      await journal[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #read(each: (verdict: Verdict, atMs: number) => void): Promise<void> {
    for (;;) {
      const records = await this.#consumer.read({ waitMs: 0 });
      if (records.length === 0) return;
      for (const { position, payload, receivedAtMs } of records) {
        const verdicts = decodeVerdicts(payload);
        this.#added(position, verdicts.length);
        for (const verdict of verdicts) each(verdict, receivedAtMs);
      }
    }
  }

  #added(position: Position, count: number): void {
    this.#count += count;
    this.#batches.push({ position, end: this.#count });
  }

  /** Resolves once they are durable; while the disk has no room it waits. Rejects if `signal` aborts before. */
  async append(payload: Uint8Array, itemCount: number, atMs: number, signal: AbortSignal): Promise<void> {
    const receivedAtMs = Math.max(0, Math.floor(atMs));
    for (;;) {
      try {
        this.#added(await this.#journal.append({ signal: 0, itemCount, receivedAtMs, payload }), itemCount);
        return;
      } catch (error) {
        if (!(error instanceof JournalError && error.retryable && error.code !== "closed")) throw error;
        this.#warn(`verdicts cannot be written, which is tried again: ${error.message}`);
        await sleep(retryMs, undefined, { signal });
      }
    }
  }

  /** Lets go of the verdicts before a number. */
  async forgetBefore(number: number): Promise<void> {
    const kept = this.#batches.findIndex(({ end }) => end > number);
    const gone = kept === -1 ? this.#batches.length : kept;
    if (gone === 0) return;
    this.#batches.splice(0, gone);
    await this.#consumer.commit(this.#batches[0]?.position ?? this.#consumer.endPosition);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#journal[Symbol.asyncDispose]();
  }
}
