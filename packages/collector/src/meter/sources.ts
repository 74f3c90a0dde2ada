import type { ProtoWriter } from "@genscope/otlp/proto";
import type { MetricSource } from "./metrics-writer.ts";
import type { StateReader } from "./state-reader.ts";
import { writeBlob } from "./write-state.ts";

/** The sources that metrics are kept apart by, numbered as they come. */
export class Sources {
  readonly #numbers = new Map<string, number>();
  readonly #sources = new Map<number, { readonly source: MetricSource; readonly key: string; seenMs: number }>();
  #next = 0;

  /** The number of a source by what it is known by; `make` says what it is called if it is new. */
  numberOf(key: Uint8Array, seenMs: number, make: () => MetricSource): number {
    const name = Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString("latin1");
    const known = this.#numbers.get(name);
    if (known !== undefined) {
      this.#sources.get(known)!.seenMs = seenMs;
      return known;
    }
    return this.#put(this.#next, name, make(), seenMs);
  }

  #put(number: number, key: string, source: MetricSource, seenMs: number): number {
    this.#numbers.set(key, number);
    this.#sources.set(number, { source, key, seenMs });
    this.#next = Math.max(this.#next, number + 1);
    return number;
  }

  get size(): number {
    return this.#sources.size;
  }

  sourceOf(number: number): MetricSource {
    return this.#sources.get(number)!.source;
  }

  has(number: number): boolean {
    return this.#sources.has(number);
  }

  /** Forgets sources that were last seen before a time, and the longest unseen ones above a number. Whether there were any. */
  prune(seenSinceMs: number, max: number): boolean {
    const byAge = [...this.#sources].toSorted(([, a], [, b]) => b.seenMs - a.seenMs);
    const gone = byAge.filter(([, { seenMs }], index) => seenMs < seenSinceMs || index >= max);
    for (const [number, { key }] of gone) {
      this.#sources.delete(number);
      this.#numbers.delete(key);
    }
    return gone.length > 0;
  }

  save(out: ProtoWriter): void {
    out.varint(this.#sources.size);
    for (const [number, { source, key, seenMs }] of this.#sources) {
      out.varint(number);
      writeBlob(out, Buffer.from(key, "latin1"));
      out.double(seenMs);
      writeBlob(out, source.resource);
      writeBlob(out, source.scope);
    }
  }

  load(state: StateReader): void {
    for (let count = state.varint(); count > 0; count--) {
      const number = state.varint();
      const key = Buffer.from(state.blob()).toString("latin1");
      const seenMs = state.double();
      this.#put(number, key, { resource: state.blob(), scope: state.blob() }, seenMs);
    }
  }
}
