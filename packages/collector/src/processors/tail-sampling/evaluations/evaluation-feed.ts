import {
  type JournalConsumer,
  JournalError,
  type Position,
  type ReadOptions,
  type StoredRecord,
} from "@genscope/journal";
import { decodeEvaluations } from "./evaluation-record.ts";
import type { Evaluations } from "./evaluations.ts";

/** Of the journal, that evaluations which are remembered may hold: those that are heard of first are forgotten past it. */
const mostBytes = 32 * 1024 * 1024;

export interface EvaluationFeedOptions {
  readonly input: JournalConsumer;
  readonly evaluations: Evaluations;
  /** Traces that are remembered. */
  readonly most: number;
  /** Told of each that a policy goes by. */
  readonly onHeard: () => void;
}

/** Reads evaluations as they come, beginning with those that an earlier run remembered. */
export class EvaluationFeed {
  readonly #input: JournalConsumer;
  readonly #evaluations: Evaluations;
  readonly #options: EvaluationFeedOptions;
  readonly #abort = new AbortController();
  #seen: Position = 0;
  #step = Promise.withResolvers<void>();
  #asked = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #failure: unknown;

  constructor(options: EvaluationFeedOptions) {
    this.#input = options.input;
    this.#evaluations = options.evaluations;
    this.#options = options;
  }

  /** Resolves once everything is read that is there. */
  async start(): Promise<void> {
    for (;;) {
      const end = this.#input.endPosition;
      const records = await this.#input.read({ waitMs: 0 });
      this.#take(records);
      this.#seen = end;
      if (records.length === 0) break;
    }
    this.#running = this.#run(this.#abort.signal).catch((error: unknown) => {
      this.#failure = error;
      this.#abort.abort();
      this.#step.resolve();
    });
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // what cannot be read at once is not there, wherever the end is said to be
      const end = this.#input.endPosition;
      const there = await this.#read({ waitMs: 0 });
      if (there.length === 0) this.#seen = Math.max(this.#seen, end);
      this.#step.resolve();
      this.#step = Promise.withResolvers();
      if (there.length > 0 || this.#input.endPosition > end) continue;
      this.#asked = new AbortController();
      await this.#read({ signal: AbortSignal.any([signal, this.#asked.signal]) });
    }
  }

  async #read(options: ReadOptions): Promise<readonly StoredRecord[]> {
    const records = await this.#input.read(options).catch((error: unknown) => {
      if (!(error instanceof JournalError && error.code === "closed")) throw error;
      this.#abort.abort();
      return [];
    });
    this.#take(records);
    this.#seen = records.at(-1)?.nextPosition ?? this.#seen;
    return records;
  }

  #take(records: readonly StoredRecord[]): void {
    for (const { payload, receivedAtMs, position } of records) {
      for (const evaluation of decodeEvaluations(payload)) {
        if (this.#evaluations.add(evaluation, receivedAtMs, position)) this.#options.onHeard();
      }
    }
    this.#evaluations.forgetPast(this.#options.most);
  }

  /** Resolves once everything is read that was acknowledged before. */
  async caughtUp(): Promise<void> {
    const end = this.#input.endPosition;
    while (this.#seen < end && !this.#abort.signal.aborted) {
      const { promise } = this.#step;
      this.#asked.abort();
      await promise;
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Lets go, on disk, of what is not remembered any more. */
  async settle(): Promise<void> {
    if (this.#input.lagBytes > mostBytes) this.#evaluations.forgetPast(Math.floor(this.#evaluations.count / 2));
    const keep = this.#evaluations.firstPosition ?? this.#seen;
    if (keep > this.#input.committed) await this.#input.commit(keep);
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#step.resolve();
    await this.#running;
  }
}
