import { grown } from "./columns.ts";
import { DueWheel } from "./due-wheel.ts";
import { IdTable } from "./id-table.ts";
import { OpenSpans } from "./open-spans.ts";
import type { RecordNumber, RecordRing } from "./record-ring.ts";
import type { RequestSizes } from "./request-sizes.ts";

const end = -1;

export interface PendingTracesOptions {
  /** From a trace's first span on. */
  readonly waitMs: number;
  /** Keep book of open spans. */
  readonly tracksOpenSpans: boolean;
  readonly records: RecordRing;
  readonly nowMs: number;
}

/** Why a trace is handled now. */
export const Due = { waited: 0, complete: 1, tooMany: 2, journalFull: 3, tooLarge: 4, settled: 5 } as const;
export type Due = (typeof Due)[keyof typeof Due];

/**
 * The index of traces that wait, in columns by slot: which records of the journal have spans of them, and what is needed to know when they are due. Spans
 * themselves stay in the journal, so that memory does not grow with them.
 */
export class PendingTraces {
  readonly ids: IdTable = new IdTable();
  readonly openSpans: OpenSpans | undefined;
  readonly #wheel: DueWheel;
  readonly #records: RecordRing;
  readonly #waitMs: number;
  #capacity = 0;
  #firstPiece = new Int32Array(0);
  #lastPiece = new Int32Array(0);
  #lastScope = new Int32Array(0);
  #spanCount = new Uint32Array(0);
  #bytes = new Float64Array(0);
  #arrivalMs = new Float64Array(0);
  #older = new Int32Array(0);
  #newer = new Int32Array(0);
  #hasRoot = new Uint8Array(0);
  #isReady = new Uint8Array(0);
  #due = new Uint8Array(0);
  #oldest = end;
  #newest = end;
  #waiting = 0;
  #ready: number[] = [];
  /** Pieces: a record that has spans of a trace, and the trace's next. */
  #pieceRecord = new Uint32Array(2048);
  #nextPiece = new Int32Array(2048);
  #usedPieces = 0;
  #freePiece = end;

  constructor({ waitMs, tracksOpenSpans, records, nowMs }: PendingTracesOptions) {
    this.#waitMs = waitMs;
    this.#records = records;
    this.#wheel = new DueWheel(waitMs, nowMs);
    this.openSpans = tracksOpenSpans ? new OpenSpans() : undefined;
    this.#ensure();
  }

  /** Traces that wait: those that are due and not yet let go of do not count. */
  get count(): number {
    return this.#waiting;
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** When something may be due; Infinity if nothing is, 0 if something is already. */
  get nextDueMs(): number {
    return this.#ready.length > 0 ? 0 : this.#wheel.nextMs;
  }

  /** The trace that has waited longest, or -1. */
  get oldest(): number {
    return this.#oldest;
  }

  spanCountOf(slot: number): number {
    return this.#spanCount[slot]!;
  }

  /** As much as its spans would take on their own. */
  bytesOf(slot: number): number {
    return this.#bytes[slot]!;
  }

  arrivalMsOf(slot: number): number {
    return this.#arrivalMs[slot]!;
  }

  dueOf(slot: number): Due {
    return this.#due[slot] as Due;
  }

  /** Whether the root has come, and every parent that a span names. */
  isComplete(slot: number): boolean {
    return this.#hasRoot[slot] === 1 && this.openSpans?.openOf(slot) === 0;
  }

  /** A trace that has no slot. */
  add(bytes: Uint8Array, traceId: number, nowMs: number): number {
    const slot = this.ids.add(bytes, traceId);
    this.#ensure();
    this.#firstPiece[slot] = end;
    this.#lastPiece[slot] = end;
    this.#spanCount[slot] = 0;
    this.#bytes[slot] = 0;
    this.#arrivalMs[slot] = nowMs;
    this.#hasRoot[slot] = 0;
    this.#isReady[slot] = 0;
    this.#due[slot] = Due.waited;
    this.#newer[slot] = end;
    this.#older[slot] = this.#newest;
    if (this.#newest === end) this.#oldest = slot;
    else this.#newer[this.#newest] = slot;
    this.#newest = slot;
    this.#waiting++;
    this.#wheel.add(slot, nowMs + this.#waitMs, nowMs);
    return slot;
  }

  /** A span of the trace came in a scope of a record. */
  note(slot: number, record: RecordNumber, row: number, scope: number, sizes: RequestSizes): void {
    this.#spanCount[slot]!++;
    const last = this.#lastPiece[slot]!;
    const isSameRecord = last !== end && this.#pieceRecord[last] === record;
    const lastScope = isSameRecord ? this.#lastScope[slot]! : -1;
    this.#bytes[slot]! += sizes.spanBytes(row) + (scope === lastScope ? 0 : sizes.aroundBytes(scope, lastScope));
    this.#lastScope[slot] = scope;
    if (isSameRecord) return;
    const piece = this.#newPiece();
    this.#pieceRecord[piece] = record;
    this.#nextPiece[piece] = end;
    this.#lastPiece[slot] = piece;
    if (last === end) this.#firstPiece[slot] = piece;
    else this.#nextPiece[last] = piece;
    this.#records.hold(record);
  }

  hasRoot(slot: number): boolean {
    return this.#hasRoot[slot] === 1;
  }

  rootCame(slot: number): void {
    this.#hasRoot[slot] = 1;
  }

  /** It is due `waitMs` after `nowMs`, if that is earlier than it is. */
  hasten(slot: number, nowMs: number, waitMs: number): void {
    this.#wheel.hasten(slot, nowMs + waitMs, nowMs);
  }

  /** It is due at once. */
  expire(slot: number, due: Due): void {
    if (this.#isReady[slot] === 1) return;
    this.#wheel.remove(slot);
    this.#makeReady(slot, due);
  }

  #makeReady(slot: number, due: Due): void {
    const [older, newer] = [this.#older[slot]!, this.#newer[slot]!];
    if (older === end) this.#oldest = newer;
    else this.#newer[older] = newer;
    if (newer === end) this.#newest = older;
    else this.#older[newer] = older;
    this.#isReady[slot] = 1;
    this.#due[slot] = due;
    this.#waiting--;
    this.#ready.push(slot);
  }

  /** The slots of traces that are due. Whoever takes them lets go of them. */
  takeDue(nowMs: number): readonly number[] {
    this.#wheel.take(nowMs, (slot) => this.#makeReady(slot, Due.waited));
    if (this.#ready.length === 0) return [];
    const taken = this.#ready;
    this.#ready = [];
    return taken;
  }

  /** Every record that has spans of the trace, oldest first. */
  eachRecord(slot: number, each: (record: RecordNumber) => void): void {
    for (let piece = this.#firstPiece[slot]!; piece !== end; piece = this.#nextPiece[piece]!) {
      each(this.#pieceRecord[piece]!);
    }
  }

  /** Forgets the trace; the records with its spans are held for it no more. */
  release(slot: number): void {
    for (let piece = this.#firstPiece[slot]!; piece !== end;) {
      const next = this.#nextPiece[piece]!;
      this.#records.release(this.#pieceRecord[piece]!);
      this.#nextPiece[piece] = this.#freePiece;
      this.#freePiece = piece;
      piece = next;
    }
    this.openSpans?.clear(slot);
    this.ids.remove(slot);
  }

  #newPiece(): number {
    if (this.#freePiece !== end) {
      const piece = this.#freePiece;
      this.#freePiece = this.#nextPiece[piece]!;
      return piece;
    }
    if (this.#usedPieces === this.#nextPiece.length) {
      this.#nextPiece = grown(this.#nextPiece, this.#usedPieces * 2);
      this.#pieceRecord = grown(this.#pieceRecord, this.#usedPieces * 2);
    }
    return this.#usedPieces++;
  }

  #ensure(): void {
    const { capacity } = this.ids;
    if (this.#capacity === capacity) return;
    this.#capacity = capacity;
    this.#firstPiece = grown(this.#firstPiece, capacity);
    this.#lastPiece = grown(this.#lastPiece, capacity);
    this.#lastScope = grown(this.#lastScope, capacity);
    this.#spanCount = grown(this.#spanCount, capacity);
    this.#bytes = grown(this.#bytes, capacity);
    this.#arrivalMs = grown(this.#arrivalMs, capacity);
    this.#older = grown(this.#older, capacity);
    this.#newer = grown(this.#newer, capacity);
    this.#hasRoot = grown(this.#hasRoot, capacity);
    this.#isReady = grown(this.#isReady, capacity);
    this.#due = grown(this.#due, capacity);
    this.#wheel.ensure(capacity);
    this.openSpans?.ensure(capacity);
  }
}
