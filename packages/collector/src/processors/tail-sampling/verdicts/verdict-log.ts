import { type Journal, type JournalConsumer, openJournal, type Position } from "@genscope/journal";
import { decodeVerdicts, encodeVerdicts, type Verdict } from "./verdict-record.ts";

const segmentBytes = 1024 * 1024;
/** Of one verdict at the most, when it was come to alone. */
const verdictBytes = 512;

/** Verdicts on disk, so that late spans follow their trace over a restart. */
export class VerdictLog implements AsyncDisposable {
  readonly #journal: Journal;
  readonly #consumer: JournalConsumer;
  /** What is in it, oldest first. */
  readonly #batches: { readonly position: Position; readonly atMs: number }[] = [];

  private constructor(journal: Journal, consumer: JournalConsumer) {
    this.#journal = journal;
    this.#consumer = consumer;
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
      const log = new VerdictLog(journal, await journal.consumer("sampler"));
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
        this.#batches.push({ position, atMs: receivedAtMs });
        for (const verdict of decodeVerdicts(payload)) each(verdict, receivedAtMs);
      }
    }
  }

  /** Resolves once they are durable. */
  async append(verdicts: readonly Verdict[], atMs: number): Promise<void> {
    const wholeMs = Math.max(0, Math.floor(atMs));
    const position = await this.#journal.append({
      signal: 0,
      itemCount: verdicts.length,
      receivedAtMs: wholeMs,
      payload: encodeVerdicts(verdicts),
    });
    this.#batches.push({ position, atMs: wholeMs });
  }

  /** Lets go of what is older. */
  async forgetBefore(atMs: number): Promise<void> {
    const kept = this.#batches.findIndex((batch) => batch.atMs >= Math.floor(atMs));
    const gone = kept === -1 ? this.#batches.length : kept;
    if (gone === 0) return;
    this.#batches.splice(0, gone);
    await this.#consumer.commit(this.#batches[0]?.position ?? this.#consumer.endPosition);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#journal[Symbol.asyncDispose]();
  }
}
