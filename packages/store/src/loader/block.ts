import type { StoredRecord } from "@genscope/journal";
import { indexLogs, indexMetrics, indexTraces, Signal } from "@genscope/otlp";
import type { LogView, MetricView, ReceiveLimits, TraceView } from "@genscope/otlp";
import type { Pricing } from "@genscope/semconv/prices";
import type { UsageLineage } from "@genscope/semconv/wire";
import type { IdWindow } from "./id-window.ts";
import { writeLogRow } from "./log-rows.ts";
import { writePointRow } from "./point-rows.ts";
import { RowWriter } from "./row-writer.ts";
import { SourceCache } from "./source-cache.ts";
import { SpanRows } from "./span-rows.ts";

const maxNamedTraces = 500;

/** What was accepted once is taken again: the limits were the receiver's to apply. */
const noLimits: ReceiveLimits = {
  rows: Number.MAX_SAFE_INTEGER,
  compressedBytes: Number.MAX_SAFE_INTEGER,
  decompressedBytes: Number.MAX_SAFE_INTEGER,
  items: Number.MAX_SAFE_INTEGER,
  attributesPerItem: Number.MAX_SAFE_INTEGER,
  depth: 1_000,
};

/**
 * Rows of some journal records, ready to be inserted. One block is filled, inserted and cleared over and over, so that its buffers are made once.
 */
export class Block {
  readonly spanRows: SpanRows;
  readonly logRows: RowWriter = new RowWriter(1 << 16);
  readonly pointRows: RowWriter = new RowWriter(1 << 16);
  readonly sources: SourceCache = new SourceCache();
  spans = 0;
  logs = 0;
  points = 0;
  duplicates = 0;
  readonly traceIds: Set<string> = new Set();
  #traces: TraceView | undefined;
  #logs: LogView | undefined;
  #metrics: MetricView | undefined;
  #lastTrace = "";

  /** `lineage` is what all blocks of a loader know of calls that were counted. */
  constructor(pricing: Pricing, lineage: UsageLineage) {
    this.spanRows = new SpanRows(pricing, lineage);
  }

  /** Rows of all signals. */
  get items(): number {
    return this.spans + this.logs + this.points;
  }

  clear(): void {
    this.spanRows.table.clear();
    this.logRows.clear();
    this.pointRows.clear();
    this.sources.resourceRows.clear();
    this.sources.scopeRows.clear();
    this.spans = this.logs = this.points = this.duplicates = 0;
    this.traceIds.clear();
    this.#lastTrace = "";
  }

  /** Appends a record's rows; spans whose id the window knows are left out. Throws, with nothing appended, if the payload cannot be read. */
  add(record: StoredRecord, window: IdWindow): void {
    const { payload } = record;
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    if (record.signal === Signal.traces) this.#addTraces(bytes, record, window);
    else if (record.signal === Signal.logs) this.#addLogs(bytes, record);
    else if (record.signal === Signal.metrics) this.#addPoints(bytes, record);
    else throw new Error(`a journal record of signal ${record.signal}`);
  }

  #addTraces(payload: Buffer, record: StoredRecord, window: IdWindow): void {
    const view = indexTraces(payload, noLimits, this.#traces);
    this.#traces = view;
    const bytes = asBuffer(view.bytes);
    const { spans } = view;
    this.sources.read(view, bytes, Math.floor(record.receivedAtMs / 1000));
    for (let span = 0; span < spans.count; span++) {
      const traceIdOffset = spans.traceIdOffset[span]!;
      const spanIdOffset = spans.spanIdOffset[span]!;
      if (traceIdOffset === -1 || spanIdOffset === -1) continue;
      if (!window.add(bytes, traceIdOffset, spanIdOffset)) {
        this.duplicates++;
        continue;
      }
      this.spanRows.add(view, bytes, this.sources, span, record.receivedAtMs, record.position);
      this.spans++;
      if (this.traceIds.size < maxNamedTraces) this.#nameTrace(bytes, traceIdOffset);
    }
  }

  /** Spans of one trace mostly follow one another: comparing with the last saves most of the work. */
  #nameTrace(bytes: Buffer, offset: number): void {
    const id = bytes.toString("hex", offset, offset + 16);
    if (id === this.#lastTrace) return;
    this.#lastTrace = id;
    this.traceIds.add(id);
  }

  #addLogs(payload: Buffer, record: StoredRecord): void {
    const view = indexLogs(payload, noLimits, this.#logs);
    this.#logs = view;
    const bytes = asBuffer(view.bytes);
    this.sources.read(view, bytes, Math.floor(record.receivedAtMs / 1000));
    for (let log = 0; log < view.logs.count; log++) {
      writeLogRow(this.logRows, view, bytes, this.sources, log, record.receivedAtMs, record.position);
      this.logs++;
    }
  }

  #addPoints(payload: Buffer, record: StoredRecord): void {
    const view = indexMetrics(payload, noLimits, this.#metrics);
    this.#metrics = view;
    const bytes = asBuffer(view.bytes);
    this.sources.read(view, bytes, Math.floor(record.receivedAtMs / 1000));
    for (let point = 0; point < view.points.count; point++) {
      writePointRow(this.pointRows, view, bytes, this.sources, point, record.receivedAtMs, record.position);
      this.points++;
    }
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
