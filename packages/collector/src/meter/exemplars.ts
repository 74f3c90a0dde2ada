import type { ProtoWriter } from "@genscope/otlp/proto";
import { writeDouble, writeNano } from "./write-number.ts";

interface Exemplar {
  readonly value: number;
  readonly timeMs: number;
  /** Trace id and span id. */
  readonly ids: Uint8Array;
}

/** Spans that stand for what a series measured since it was last put out: the first ones, up to a number. */
export class Exemplars {
  readonly #max: number;
  readonly #bySeries = new Map<number, Exemplar[]>();

  constructor(maxPerDataPoint: number) {
    this.#max = maxPerDataPoint;
  }

  add(series: number, value: number, timeMs: number, bytes: Uint8Array, traceIdAt: number, spanIdAt: number): void {
    if (traceIdAt === -1 || spanIdAt === -1) return;
    const list = this.#bySeries.get(series) ?? [];
    if (list.length >= this.#max) return;
    const ids = new Uint8Array(24);
    ids.set(bytes.subarray(traceIdAt, traceIdAt + 16));
    ids.set(bytes.subarray(spanIdAt, spanIdAt + 8), 16);
    list.push({ value, timeMs, ids });
    this.#bySeries.set(series, list);
  }

  write(out: ProtoWriter, field: number, series: number): void {
    for (const { value, timeMs, ids } of this.#bySeries.get(series) ?? []) {
      out.tag(field, 2);
      const start = out.beginMessage(1);
      writeNano(out, 2, timeMs);
      writeDouble(out, 3, value);
      out.blob(4, ids.subarray(16));
      out.blob(5, ids.subarray(0, 16));
      out.endMessage(start, 1);
    }
  }

  clear(): void {
    this.#bySeries.clear();
  }
}
