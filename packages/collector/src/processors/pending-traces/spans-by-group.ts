import { type PickedSpans, pickSpans, type TraceView } from "@genscope/otlp";

/** Spans picked out of requests, by group: those of one group become neighbours in the request that is made of them. */
export class SpansByGroup {
  readonly #rows = new Map<number, number[]>();
  #parts = new Map<number, Uint8Array[]>();
  #spanCount = 0;
  #bytes = 0;

  get spanCount(): number {
    return this.#spanCount;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A span of the request at hand, in the order of its rows. */
  add(group: number, row: number): void {
    const rows = this.#rows.get(group);
    if (rows === undefined) this.#rows.set(group, [row]);
    else rows.push(row);
  }

  /** Copies the spans that were added out of their request. */
  pick(view: TraceView, changesOf: (group: number) => PickedSpans): void {
    for (const [group, rows] of this.#rows) {
      const part = pickSpans(view, rows, changesOf(group));
      const parts = this.#parts.get(group);
      if (parts === undefined) this.#parts.set(group, [part]);
      else parts.push(part);
      this.#spanCount += rows.length;
      this.#bytes += part.byteLength;
    }
    this.#rows.clear();
  }

  /** The request, and begins anew. */
  take(): Uint8Array {
    const request = Buffer.concat([...this.#parts.values()].flat());
    this.#parts = new Map();
    this.#spanCount = 0;
    this.#bytes = 0;
    return request;
  }
}
