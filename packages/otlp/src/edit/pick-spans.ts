import type { KeyValue } from "../view/any-value.ts";
import type { TraceView } from "../view/views.ts";
import { encodeValue } from "./encode-value.ts";
import { createField, readField } from "./fields.ts";
import { ProtoWriter } from "./proto-writer.ts";

/** What is changed in the spans that {@link pickSpans} takes. */
export interface PickedSpans {
  /** The trace state that a span gets; `undefined` leaves the one it has. */
  readonly traceState?: (row: number) => string | undefined;
  /** Added to every scope that spans are taken from, as {@link encodeKeyValue} gives them. */
  readonly scopeAttributes?: readonly Uint8Array[];
}

const encoder = new TextEncoder();
const nothing = new Uint8Array(0);

/** Field numbers of opentelemetry/proto/trace/v1/trace.proto. */
const scopeSpansField = 2;
const spanField = 2;
const scopeField = 1;
const scopeAttributesField = 3;
const traceStateField = 3;

/**
 * A request with some of the spans of another, in their resources and scopes: bytes are copied, nothing is decoded. `rows` ascend. Two such requests behind each
 * other are one request.
 */
export function pickSpans(view: TraceView, rows: ArrayLike<number>, changes: PickedSpans = {}): Uint8Array {
  const { bytes, spans, scopes, resources } = view;
  const { traceState, scopeAttributes: added = [] } = changes;
  // most spans get the same
  let stateText = "";
  let stateBytes = nothing;
  const out = new ProtoWriter(sizeOf(view, rows));
  for (let at = 0; at < rows.length;) {
    const resource = spans.resource[rows[at]!]!;
    out.tag(1, 2);
    const resourceStart = out.beginMessage(3);
    copyOther(out, bytes, resources.start[resource]!, resources.end[resource]!, scopeSpansField);
    while (at < rows.length && spans.resource[rows[at]!] === resource) {
      const scope = spans.scope[rows[at]!]!;
      out.tag(scopeSpansField, 2);
      const scopeStart = out.beginMessage(3);
      const [from, end] = [scopes.start[scope]!, scopes.end[scope]!];
      if (added.length === 0) copyOther(out, bytes, from, end, spanField);
      else copyScope(out, bytes, from, end, added);
      for (; at < rows.length && spans.scope[rows[at]!] === scope; at++) {
        const row = rows[at]!;
        const state = traceState?.(row);
        if (state === undefined) {
          out.blobOf(spanField, bytes, spans.start[row]!, spans.end[row]!);
          continue;
        }
        if (state !== stateText) {
          stateText = state;
          stateBytes = encoder.encode(state);
        }
        writeSpan(out, view, row, stateBytes);
      }
      out.endMessage(scopeStart, 3);
    }
    out.endMessage(resourceStart, 3);
  }
  return out.finish();
}

function sizeOf({ spans }: TraceView, rows: ArrayLike<number>): number {
  let size = 1024;
  for (let at = 0; at < rows.length; at++) size += spans.end[rows[at]!]! - spans.start[rows[at]!]! + 32;
  return size;
}

/** All fields but one. */
function copyOther(out: ProtoWriter, bytes: Uint8Array, from: number, end: number, left: number): void {
  const field = createField();
  for (let p = from; p < end; p = field.end) {
    readField(bytes, p, field);
    if (field.number !== left) out.raw(bytes, field.at, field.end);
  }
}

/** A `ScopeSpans` without its spans, its scope with more attributes. The scope may have come in pieces, or not at all. */
function copyScope(out: ProtoWriter, bytes: Uint8Array, from: number, end: number, added: readonly Uint8Array[]): void {
  const field = createField();
  const pieces: [number, number][] = [];
  for (let p = from; p < end; p = field.end) {
    readField(bytes, p, field);
    if (field.number === scopeField && field.wireType === 2) pieces.push([field.start, field.end]);
    else if (field.number !== spanField) out.raw(bytes, field.at, field.end);
  }
  out.tag(scopeField, 2);
  const start = out.beginMessage(2);
  for (const [pieceStart, pieceEnd] of pieces) out.raw(bytes, pieceStart, pieceEnd);
  for (const one of added) out.blob(scopeAttributesField, one);
  out.endMessage(start, 2);
}

/** With another trace state, or with none if it is empty. */
function writeSpan(out: ProtoWriter, { bytes, spans }: TraceView, row: number, traceState: Uint8Array): void {
  const [from, end] = [spans.start[row]!, spans.end[row]!];
  out.tag(spanField, 2);
  const start = out.beginMessage(2);
  if (spans.traceStateOffset[row] === -1) out.raw(bytes, from, end);
  else copyOther(out, bytes, from, end, traceStateField);
  if (traceState.length > 0) out.blob(traceStateField, traceState);
  out.endMessage(start, 2);
}

/** An attribute as it stands in a message. */
export function encodeKeyValue({ key, value }: KeyValue): Uint8Array {
  const out = new ProtoWriter(64);
  out.string(1, key);
  out.blob(2, encodeValue(value));
  return out.finish();
}
