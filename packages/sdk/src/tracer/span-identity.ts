import { type SpanContext, TraceFlags, type TraceState } from "@opentelemetry/api";

/** Bytes of a trace id, and of a span id. Source: W3C Trace Context, "trace-id" and "parent-id". */
export const traceIdLength = 16;
export const spanIdLength = 8;

const length = traceIdLength + spanIdLength;
const wordLength = 4;
const spansPerChunk = 128;

/** Ids of the newest spans, one after the other: an array for each span would cost more than all that is done with it. */
let chunk = Buffer.alloc(spansPerChunk * length);
let words = new Int32Array(chunk.buffer, chunk.byteOffset, chunk.length / wordLength);
let used = 0;

/** Takes the next place in a chunk, and gives back where it is. */
function takePlace(): number {
  if (used === chunk.length) {
    chunk = Buffer.alloc(spansPerChunk * length);
    words = new Int32Array(chunk.buffer, chunk.byteOffset, chunk.length / wordLength);
    used = 0;
  }
  const at = used;
  used += length;
  return at;
}

/** Fills bytes of the newest chunk with random bits, not all of them 0. */
function fillRandom(from: number, to: number): void {
  let any = 0;
  for (let i = from / wordLength; i < to / wordLength; i++) {
    words[i] = Math.random() * 2 ** 32;
    any |= words[i]!;
  }
  if (any === 0) fillRandom(from, to);
}

/** Which span it is of which trace. Ids are bytes, as requests have them; their text is made for who asks, which most spans are never. */
export class SpanIdentity {
  /** In which the ids are, the trace's at {@link at}, the span's behind it. */
  readonly chunk: Uint8Array;
  readonly at: number;
  traceFlags: TraceFlags = TraceFlags.NONE;
  traceState: TraceState | undefined = undefined;
  #traceId: string | undefined;
  #context: SpanContext | undefined = undefined;

  /** A new span of the trace with that id, which has to be valid, or of a new one. */
  constructor(traceId: string | undefined) {
    this.at = takePlace();
    this.chunk = chunk;
    this.#traceId = traceId;
    const spanAt = this.at + traceIdLength;
    if (traceId === undefined) fillRandom(this.at, spanAt);
    else chunk.write(traceId, this.at, "hex");
    fillRandom(spanAt, spanAt + spanIdLength);
  }

  get traceId(): string {
    this.#traceId ??= this.#hex(this.at, this.at + traceIdLength);
    return this.#traceId;
  }

  get isSampled(): boolean {
    return (this.traceFlags & TraceFlags.SAMPLED) !== 0;
  }

  /** The same object each time. To be asked once flags and state are known. */
  get context(): SpanContext {
    if (this.#context === undefined) {
      const { traceId, traceFlags, traceState } = this;
      const spanId = this.#hex(this.at + traceIdLength, this.at + length);
      this.#context =
        traceState === undefined ? { traceId, spanId, traceFlags } : { traceId, spanId, traceFlags, traceState };
    }
    return this.#context;
  }

  #hex(from: number, to: number): string {
    return (this.chunk as Buffer).toString("hex", from, to);
  }
}
