import { indexTraces, type ReceiveLimits, type TraceView } from "@genscope/otlp";

/** For requests that come, and for those that are indexed by who reads them. */
const places = { coming: 40, read: 16 } as const;
/** A larger request takes a place of its own, so that the tables of many small ones are all that is held besides. */
const smallBytes = 128 * 1024;

/**
 * The views of the last trace requests, so that a request is indexed once by all who read it soon after each other: ingest, the meter, the tail sampler. A request
 * is known by its bytes being the same object. A view holds until something is waited for: the tables of those not asked for of late are used again.
 *
 * Requests that a reader has indexed take places of their own. Who is far behind would otherwise put out, one by one, the views of the very requests it reads next.
 */
export class RecentViews {
  readonly #coming = new ViewRing(places.coming);
  readonly #read = new ViewRing(places.read);
  #large: TraceView | undefined;

  /** The view of a request that has come, held to `limits`; throws what `indexTraces` throws. */
  add(bytes: Uint8Array, limits: ReceiveLimits): TraceView {
    return bytes.byteLength > smallBytes ? this.#largeOf(bytes, limits) : this.#coming.add(bytes, limits);
  }

  /** The view of a request for who reads it: as {@link add} if it is not known. */
  of(bytes: Uint8Array, limits: ReceiveLimits): TraceView {
    if (bytes.byteLength > smallBytes) return this.#largeOf(bytes, limits);
    return this.#coming.find(bytes) ?? this.#read.find(bytes) ?? this.#read.add(bytes, limits);
  }

  #largeOf(bytes: Uint8Array, limits: ReceiveLimits): TraceView {
    const reuse = this.#large;
    if (reuse !== undefined && isOf(reuse, bytes)) return reuse;
    // what cannot be read leaves tables that are half filled
    this.#large = undefined;
    return (this.#large = indexTraces(bytes, limits, reuse));
  }
}

/** As many views as there are places; the oldest gives its tables to the next. */
class ViewRing {
  readonly #views: (TraceView | undefined)[];
  #next = 0;

  constructor(count: number) {
    this.#views = Array.from({ length: count }, () => undefined);
  }

  find(bytes: Uint8Array): TraceView | undefined {
    for (const view of this.#views) if (view !== undefined && isOf(view, bytes)) return view;
    return undefined;
  }

  add(bytes: Uint8Array, limits: ReceiveLimits): TraceView {
    const place = this.#next;
    this.#next = (place + 1) % this.#views.length;
    const reuse = this.#views[place];
    this.#views[place] = undefined;
    return (this.#views[place] = indexTraces(bytes, limits, reuse));
  }
}

/** A view with joined values has bytes of its own: it is not known again. */
function isOf({ bytes }: TraceView, request: Uint8Array): boolean {
  return bytes === request;
}
