import { setTimeout as sleep } from "node:timers/promises";
import { JournalError, type JournalConsumer, type Position, type StoredRecord } from "@genscope/journal";
import { indexSpanBounds, Signal, type TraceView } from "@genscope/otlp";
import { internalLimits } from "../../graph/index-request.ts";
import type { Output, Stage, StageContext } from "../../graph/stage.ts";
import { Turns } from "../../graph/turns.ts";
import { grown } from "./columns.ts";
import { Due, PendingTraces } from "./pending-traces.ts";
import { PutOutSpans, readOwnOutput, TrackedOutput } from "./put-out.ts";
import { type RecordNumber, RecordRing } from "./record-ring.ts";
import { RequestSizes } from "./request-sizes.ts";
import { SpansByGroup } from "./spans-by-group.ts";
import { leftOut, Recall, type TraceRule } from "./trace-rule.ts";

export type TraceStageContext = Pick<StageContext, "id" | "input" | "journalMaxBytes" | "now" | "recent" | "warn"> & {
  readonly output: Output;
};

/** Bytes that are read, or put out, at once. */
const chunkBytes = 4 * 1024 * 1024;
/** Of the journal, that traces which wait may hold. */
const journalShare = 0.5;
const sayEarlyEveryMs = 60_000;
const commitEveryMs = 250;
/** Tests move the clock: it is looked at this often. */
const lookEveryMs = 100;
/** Whether there is room for more is looked at this often. */
const fullEveryMs = 10;

/**
 * A stage in which traces wait until a rule says what becomes of them. Spans stay in the input; what is kept in memory is {@link PendingTraces}. All state is
 * rebuilt from the input, of which nothing is committed that a waiting trace has spans in.
 */
export function createTraceStage(rule: TraceRule, context: TraceStageContext): Stage {
  return { run: (signal) => new TraceStage(rule, context, signal).run() };
}

class TraceStage {
  readonly #rule: TraceRule;
  readonly #context: TraceStageContext;
  readonly #input: JournalConsumer;
  readonly #signal: AbortSignal;
  readonly #records: RecordRing;
  readonly #output: TrackedOutput;
  /** Of the record that spans are picked from. */
  #bounds: TraceView | undefined;
  readonly #sizes = new RequestSizes();
  readonly #turns = new Turns();
  readonly #kept = new SpansByGroup();
  readonly #late = new SpansByGroup();
  readonly #pending: PendingTraces;
  /** By slot, of the traces that are handled: their group, and the chunk they are put out with. */
  #group = new Int32Array(0);
  #chunkOf = new Uint32Array(0);
  #chunk = 0;
  /** Where this run's input begins to be new: what lies before it may have been put out. */
  readonly #replayEnd: Position;
  #putOut: PutOutSpans | undefined = new PutOutSpans();
  #isReplaying: boolean;
  /** Traces that had to go before their time, and when that was said last. */
  #earlyTraces = 0;
  #saidEarlyMs = -Infinity;
  #lastReceivedMs = 0;
  /** How long nobody read: time that traces did not wait in. */
  #pauseMs = 0;
  #timeMs: number;
  #committedAtMs = 0;

  constructor(rule: TraceRule, context: TraceStageContext, signal: AbortSignal) {
    const { input, output } = context;
    this.#rule = rule;
    this.#context = context;
    this.#input = input;
    this.#signal = signal;
    this.#replayEnd = input.endPosition;
    this.#isReplaying = input.lagBytes > 0;
    this.#records = new RecordRing(input.committed);
    this.#output = new TrackedOutput(output, this.#replayEnd);
    // of what is read again, time is that of its records
    this.#timeMs = this.#isReplaying ? 0 : context.now();
    this.#pending = new PendingTraces({
      waitMs: rule.waitMs,
      tracksOpenSpans: rule.waitAfterCompleteMs !== undefined,
      records: this.#records,
      nowMs: this.#timeMs,
    });
  }

  async run(): Promise<void> {
    await this.#rule.start(this.#pending);
    try {
      await readOwnOutput(this.#context.output.own, (view) => this.#restore(view));
      await this.#runSteps();
      await this.#commit();
    } finally {
      await this.#rule.stop();
    }
  }

  async #runSteps(): Promise<void> {
    while (!this.#signal.aborted) {
      try {
        await this.#step();
      } catch (error) {
        // what could not be put out any more is for the next run
        if (this.#signal.aborted) return;
        throw error;
      }
    }
  }

  #restore(view: TraceView): void {
    this.#rule.restore(view);
    for (let row = 0; row < view.spans.count; row++) this.#putOut?.add(view, row);
  }

  async #step(): Promise<void> {
    const records = await this.#read();
    const held: RecordNumber[] = [];
    this.#turns.begin();
    for (const record of records) {
      await this.#turns.next();
      await this.#advance(this.#timeOf(record));
      await this.#waitForRoom();
      if (this.#signal.aborted) return;
      held.push(this.#take(record));
    }
    if (records.length === 0) {
      if (this.#isReplaying && !this.#signal.aborted) this.#endReplay();
      await this.#advance(this.#context.now() - this.#pauseMs);
    }
    await this.#putOutLate(records.at(-1)?.position);
    for (const record of held) this.#records.release(record);
    await this.#handleDue();
    await this.#freeJournal();
    const isIdle = records.length === 0;
    if (isIdle || this.#context.now() - this.#committedAtMs >= commitEveryMs) await this.#commit();
    await this.#turns.pause(records.length);
  }

  async #read(): Promise<StoredRecord[]> {
    const nowMs = this.#context.now() - this.#pauseMs;
    const untilDueMs = this.#pending.nextDueMs - nowMs;
    const waitMs = this.#isReplaying
      ? 0
      : Math.max(0, untilDueMs === Infinity ? untilDueMs : Math.min(untilDueMs, lookEveryMs));
    try {
      return await this.#input.read({
        maxBytes: chunkBytes,
        signal: this.#signal,
        ...(waitMs === Infinity ? {} : { waitMs }),
        ...(this.#isReplaying ? { until: this.#replayEnd } : {}),
      });
    } catch (error) {
      if (error instanceof JournalError && error.code === "closed" && this.#signal.aborted) return [];
      throw error;
    }
  }

  /** Time goes by the records as long as they are behind: what is due does not depend on when they are read. */
  #timeOf({ receivedAtMs }: StoredRecord): number {
    this.#lastReceivedMs = receivedAtMs;
    return receivedAtMs - this.#pauseMs;
  }

  #endReplay(): void {
    this.#isReplaying = false;
    if (this.#pending.count > 0) this.#pauseMs = Math.max(0, this.#context.now() - this.#lastReceivedMs);
  }

  async #advance(timeMs: number): Promise<void> {
    this.#timeMs = Math.max(this.#timeMs, timeMs);
    if (this.#pending.nextDueMs <= this.#timeMs) await this.#handleDue();
  }

  async #waitForRoom(): Promise<void> {
    if (!this.#rule.blocksWhenFull) return;
    while (this.#pending.count >= this.#rule.maxTraces && !this.#signal.aborted) {
      await sleep(fullEveryMs);
      await this.#advance(this.#context.now() - this.#pauseMs);
    }
  }

  /** Notes what a record has; it is held. */
  #take(record: StoredRecord): RecordNumber {
    const { signal, payload, position, nextPosition } = record;
    const number = this.#records.add(position, nextPosition, payload.byteLength);
    if (signal !== Signal.traces) return number;
    this.#takeSpans(this.#context.recent.of(payload, internalLimits), number, position < this.#replayEnd);
    return number;
  }

  #takeSpans(view: TraceView, record: RecordNumber, mayBePutOut: boolean): void {
    const { bytes, spans } = view;
    const rule = this.#rule;
    const pending = this.#pending;
    const putOut = mayBePutOut ? this.#putOut : undefined;
    rule.begin(view);
    this.#sizes.begin(view);
    let lastTraceId = -1;
    let lastSlot = -1;
    for (let row = 0; row < spans.count; row++) {
      const traceId = spans.traceIdOffset[row]!;
      if (traceId === -1 || putOut?.has(view, row)) continue;
      const isSame = lastTraceId !== -1 && isSameId(bytes, traceId, lastTraceId);
      let slot = isSame ? lastSlot : pending.ids.find(bytes, traceId);
      if (slot === -1) {
        const recalled = rule.recall(view, row);
        if (recalled === Recall.leaveOut) continue;
        if (recalled !== Recall.isNew) {
          this.#late.add(recalled, row);
          continue;
        }
        slot = this.#addTrace(bytes, traceId);
      }
      lastTraceId = traceId;
      lastSlot = slot;
      this.#takeSpan(view, row, slot, record);
    }
    this.#late.pick(view, (group) => rule.changesOf(group, true, view));
    if (rule.isSettled !== undefined) this.#settle(view, rule.isSettled);
  }

  #settle({ bytes, spans }: TraceView, isSettled: NonNullable<TraceRule["isSettled"]>): void {
    let last = -1;
    for (let row = 0; row < spans.count; row++) {
      const traceId = spans.traceIdOffset[row]!;
      const slot = traceId === -1 ? -1 : this.#pending.ids.find(bytes, traceId);
      if (slot === -1 || slot === last) continue;
      last = slot;
      if (isSettled(slot, this.#timeMs)) this.#pending.expire(slot, Due.settled);
    }
  }

  #addTrace(bytes: Uint8Array, traceId: number): number {
    const { maxTraces, blocksWhenFull } = this.#rule;
    if (!blocksWhenFull && this.#pending.count >= maxTraces) this.#pending.expire(this.#pending.oldest, Due.tooMany);
    const slot = this.#pending.add(bytes, traceId, this.#timeMs);
    this.#rule.isNew(slot);
    return slot;
  }

  #takeSpan({ bytes, spans }: TraceView, row: number, slot: number, record: RecordNumber): void {
    const pending = this.#pending;
    const { waitAfterRootMs, waitAfterCompleteMs, maxTraceBytes } = this.#rule;
    pending.note(slot, record, row, spans.scope[row]!, this.#sizes);
    this.#rule.observe(slot, row);
    const parent = spans.parentSpanIdOffset[row]!;
    if (parent === -1) {
      pending.rootCame(slot);
      if (waitAfterRootMs !== undefined) pending.hasten(slot, this.#timeMs, waitAfterRootMs);
    }
    if (waitAfterCompleteMs !== undefined) {
      const spanId = spans.spanIdOffset[row]!;
      if (spanId !== -1) pending.openSpans?.came(slot, bytes, spanId);
      if (parent !== -1) pending.openSpans?.named(slot, bytes, parent);
      if (pending.isComplete(slot)) {
        if (waitAfterCompleteMs > 0) pending.hasten(slot, this.#timeMs, waitAfterCompleteMs);
        else pending.expire(slot, Due.complete);
      }
    }
    if (maxTraceBytes !== undefined && pending.bytesOf(slot) > maxTraceBytes) pending.expire(slot, Due.tooLarge);
  }

  async #putOutLate(newest: Position | undefined): Promise<void> {
    const { spanCount } = this.#late;
    if (spanCount > 0) await this.#output.append(this.#late.take(), spanCount, newest!);
  }

  async #handleDue(): Promise<void> {
    const slots = this.#pending.takeDue(this.#timeMs);
    if (slots.length === 0) return;
    const groups = await this.#rule.decide(slots, this.#timeMs, this.#signal);
    if (this.#group.length < this.#pending.capacity) {
      this.#group = grown(this.#group, this.#pending.capacity);
      this.#chunkOf = grown(this.#chunkOf, this.#pending.capacity);
    }
    let chunk: number[] = [];
    let bytes = 0;
    for (let index = 0; index < slots.length; index++) {
      const slot = slots[index]!;
      this.#group[slot] = groups[index]!;
      if (groups[index] === leftOut) {
        this.#release(slot);
        continue;
      }
      chunk.push(slot);
      bytes += this.#pending.bytesOf(slot);
      if (bytes < chunkBytes) continue;
      await this.#putOutTraces(chunk);
      chunk = [];
      bytes = 0;
    }
    if (chunk.length > 0) await this.#putOutTraces(chunk);
  }

  async #putOutTraces(slots: readonly number[]): Promise<void> {
    const wanted = new Set<RecordNumber>();
    for (const slot of slots) this.#pending.eachRecord(slot, (record) => wanted.add(record));
    const chunk = (this.#chunk = (this.#chunk + 1) >>> 0 || 1);
    for (const slot of slots) this.#chunkOf[slot] = chunk;
    const positions = [...wanted].map((record) => this.#records.positionOf(record)).toSorted((a, b) => a - b);
    for (const position of positions) {
      const record = await this.#input.readAt(position);
      if (record === undefined) {
        this.#context.warn("spans of traces that were kept are lost: their place in the journal is damaged");
        continue;
      }
      await this.#turns.next();
      this.#bounds = indexSpanBounds(record.payload, internalLimits, this.#bounds);
      this.#pick(this.#bounds, position < this.#replayEnd);
    }
    const { spanCount } = this.#kept;
    if (spanCount > 0) await this.#output.append(this.#kept.take(), spanCount, positions.at(-1)!);
    for (const slot of slots) this.#release(slot);
  }

  #pick(view: TraceView, mayBePutOut: boolean): void {
    const { bytes, spans } = view;
    const putOut = mayBePutOut ? this.#putOut : undefined;
    let lastTraceId = -1;
    let lastGroup: number = leftOut;
    for (let row = 0; row < spans.count; row++) {
      const traceId = spans.traceIdOffset[row]!;
      if (traceId === -1 || putOut?.has(view, row)) continue;
      if (lastTraceId === -1 || !isSameId(bytes, traceId, lastTraceId)) {
        const slot = this.#pending.ids.find(bytes, traceId);
        lastTraceId = traceId;
        lastGroup = slot !== -1 && this.#chunkOf[slot] === this.#chunk ? this.#group[slot]! : leftOut;
      }
      if (lastGroup !== leftOut) this.#kept.add(lastGroup, row);
    }
    this.#kept.pick(view, (group) => this.#rule.changesOf(group, false, view));
  }

  #release(slot: number): void {
    this.#rule.released(slot, this.#timeMs);
    this.#pending.release(slot);
  }

  /** Rather than stopping those who write to the journal, traces that have waited longest are handled now. */
  async #freeJournal(): Promise<void> {
    const bound = this.#context.journalMaxBytes * journalShare;
    while (this.#records.heldBytes > bound && this.#pending.count > 0) {
      const some = Math.ceil(this.#pending.count / 20);
      this.#saysEarly(some, bound);
      for (let i = 0; i < some; i++) this.#pending.expire(this.#pending.oldest, Due.journalFull);
      await this.#handleDue();
    }
  }

  /** Once in a while: this goes on for as long as more comes in than the journal has room for. */
  #saysEarly(traces: number, bound: number): void {
    this.#earlyTraces += traces;
    const nowMs = this.#context.now();
    if (nowMs < this.#saidEarlyMs + sayEarlyEveryMs) return;
    this.#saidEarlyMs = nowMs;
    const mebibytes = Math.round((bound / 1024 / 1024) * 10) / 10;
    this.#context.warn(
      `traces that wait hold more than ${mebibytes} MiB, half of their journal: ${this.#earlyTraces} so far were not waited for as long as configured. ` +
        "Raise --journal-max-bytes (or the exporters' sending_queue in bytes), or have them wait less",
    );
  }

  async #commit(): Promise<void> {
    const { handled } = this.#records;
    this.#committedAtMs = this.#context.now();
    if (this.#putOut !== undefined && handled >= this.#replayEnd) this.#putOut = undefined;
    try {
      if (handled > this.#input.committed) await this.#input.commit(handled);
      await this.#output.commit(this.#input.committed);
      await this.#rule.settle();
    } catch (error) {
      // it can be committed another time; until then more is kept than is needed
      if (!(error instanceof JournalError && error.retryable && error.code !== "closed")) throw error;
      this.#context.warn(error.message);
    }
  }
}

function isSameId(bytes: Uint8Array, a: number, b: number): boolean {
  for (let i = 0; i < 16; i++) if (bytes[a + i] !== bytes[b + i]) return false;
  return true;
}
