import { Edits, encode, type ItemKind, type Signal } from "@genscope/otlp";
import type { PipelineSignal } from "../components.ts";
import { createIndexer, internalLimits, itemCountOf } from "./index-request.ts";

export interface CountedRequest {
  readonly request: Uint8Array;
  readonly itemCount: number;
}

const kindOf: Readonly<Record<PipelineSignal, ItemKind>> = { traces: "span", logs: "log", metrics: "point" };

/** The size that a bound is held against. */
export type SizeOf = (one: CountedRequest) => number;

/** Cuts a request until each part is within `maxSize`, in order; a single item stays whole, whatever its size. */
export function splitRequest(
  signal: Signal,
  whole: CountedRequest,
  maxSize: number,
  sizeOf: SizeOf,
): readonly CountedRequest[] {
  if (sizeOf(whole) <= maxSize || whole.itemCount < 2) return [whole];
  const index = createIndexer(internalLimits);
  const view = index(signal, whole.request);
  const count = itemCountOf(view);
  const middle = count >>> 1;
  const part = (from: number, to: number): CountedRequest => {
    const edits = new Edits();
    for (let row = 0; row < count; row++) if (row < from || row >= to) edits.drop(kindOf[view.signal], row);
    return { request: encode(view.view, edits), itemCount: to - from };
  };
  const halves = [part(0, middle), part(middle, count)];
  return halves.flatMap((half) => splitRequest(signal, half, maxSize, sizeOf));
}
