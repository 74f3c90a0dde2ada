import { indexTraces, type ReceiveLimits, type TraceView } from "@genscope/otlp";

const places = 64;
/** A larger request takes a place of its own, so that the tables of many small ones are all that is held besides. */
const smallBytes = 128 * 1024;

/**
 * The views of the last trace requests, so that a request is indexed once by all who read it soon after each other: ingest, the meter, the tail sampler. A request
 * is known by its bytes being the same object. A view holds until something is waited for: the tables of those not asked for of late are used again.
 */
export class RecentViews {
  readonly #small: (TraceView | undefined)[] = Array.from({ length: places }, () => undefined);
  #next = 0;
  #large: TraceView | undefined;

  /** A request that is not known is held to `limits`; throws what `indexTraces` throws. */
  of(bytes: Uint8Array, limits: ReceiveLimits): TraceView {
    if (bytes.byteLength > smallBytes) {
      if (this.#large !== undefined && isOf(this.#large, bytes)) return this.#large;
      const reuse = this.#large;
      this.#large = undefined;
      return (this.#large = indexTraces(bytes, limits, reuse));
    }
    for (let place = 0; place < places; place++) {
      const view = this.#small[place];
      if (view !== undefined && isOf(view, bytes)) return view;
    }
    const place = this.#next;
    this.#next = (place + 1) % places;
    const reuse = this.#small[place];
    // what cannot be read leaves tables that are half filled
    this.#small[place] = undefined;
    const view = indexTraces(bytes, limits, reuse);
    this.#small[place] = view;
    return view;
  }
}

/** A view with joined values has bytes of its own: it is not known again. */
function isOf({ bytes }: TraceView, request: Uint8Array): boolean {
  return bytes === request;
}
