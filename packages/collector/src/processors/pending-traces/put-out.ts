import type { JournalConsumer, Position } from "@genscope/journal";
import { Signal, type TraceView } from "@genscope/otlp";
import { createIndexer, internalLimits } from "../../graph/index-request.ts";
import type { Output } from "../../graph/stage.ts";
import { IdTable } from "./id-table.ts";

/** Spans that an earlier run had put out, by trace id and span id. */
export class PutOutSpans {
  readonly #spans = new IdTable();

  add({ bytes, spans }: TraceView, row: number): void {
    const ids = idsOf(spans, row);
    if (ids !== undefined && this.#spans.findPair(bytes, ...ids) === -1) this.#spans.addPair(bytes, ...ids);
  }

  has({ bytes, spans }: TraceView, row: number): boolean {
    const ids = idsOf(spans, row);
    return ids !== undefined && this.#spans.findPair(bytes, ...ids) !== -1;
  }
}

/** The span id and the random half of the trace id. */
function idsOf({ spanIdOffset, traceIdOffset }: TraceView["spans"], row: number): [number, number] | undefined {
  const span = spanIdOffset[row]!;
  return span === -1 ? undefined : [span, traceIdOffset[row]! + 8];
}

/** Reads a stage's own output as far as it is not committed, and leaves the reader at its end. */
export async function readOwnOutput(own: JournalConsumer, each: (view: TraceView) => void): Promise<void> {
  const index = createIndexer(internalLimits);
  const until = own.endPosition;
  for (let from: Position | undefined = own.committed; ; from = undefined) {
    const records = await own.read({ waitMs: 0, until, ...(from === undefined ? {} : { from }) });
    if (records.length === 0) return;
    for (const { signal, payload } of records) {
      if (signal !== Signal.traces) continue;
      const request = index(Signal.traces, payload);
      if (request.signal === "traces") each(request.view);
    }
  }
}

/**
 * Puts out, and keeps what was put out readable for the next run as long as its input can be read again: so each span is put out once, whenever the process is
 * killed.
 */
export class TrackedOutput {
  readonly #output: Output;
  /** What was put out, and the newest position in the input of its spans: it is kept until the input is handled past that. */
  #made: { readonly position: Position; readonly newest: Position }[];

  constructor(output: Output, inputEnd: Position) {
    this.#output = output;
    this.#made = [{ position: output.own.committed, newest: inputEnd - 1 }];
  }

  /** `newest` is the position of the newest record that spans of the request are from. */
  async append(request: Uint8Array, spanCount: number, newest: Position): Promise<void> {
    const position = await this.#output.append(Signal.traces, request, spanCount);
    this.#made.push({ position, newest });
    // nothing that was put out is read again in this run, and needs no place in memory
    const { own } = this.#output;
    await own.read({ from: own.endPosition, waitMs: 0 });
  }

  /** `handled`: up to where the input is committed. */
  async commit(handled: Position): Promise<void> {
    const { own } = this.#output;
    const kept = this.#made.findIndex(({ newest }) => newest >= handled);
    this.#made = kept === -1 ? [] : this.#made.slice(kept);
    const position = this.#made[0]?.position ?? own.endPosition;
    if (position > own.committed) await own.commit(position);
  }
}
