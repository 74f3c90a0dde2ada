import {
  type Attributes,
  type HrTime,
  type SpanContext,
  type SpanStatus,
  SpanStatusCode,
  type TraceState,
} from "@opentelemetry/api";
import { ProtoWriter, varintSize } from "@genscope/otlp/proto";
import { spanIdLength, traceIdLength } from "./span-identity.ts";
import type { RecordedSpan, Resource, Scope, SpanEvent, SpanLink } from "./recorded-span.ts";

const bytesType = 2;
const fixed64Type = 1;
const fixed32Type = 5;
const varintType = 0;

/** `Span.flags`, that bit 9 is known, and bit 9. Source: opentelemetry-proto, trace.proto, `SpanFlags`. */
const hasIsRemote = 0x100;
const isRemote = 0x200;

const maxInteger = 2 ** 63;

/**
 * Encodes the spans of one scope, one behind the other, by opentelemetry-proto's trace.proto, times in nanoseconds. Most attributes of a span have the value
 * that the last one's had (operation, provider, model, server …): what was written for those is copied.
 */
export class SpanEncoder {
  readonly out = new ProtoWriter(1024);
  /** Of the last span, if there is one in {@link out}. */
  #keys: readonly string[] = [];
  #values: readonly unknown[] = [];
  /** Where its attributes are, and where each begins from there; behind those, where the last one ends. */
  #base = 0;
  #offsets: number[] = [];
  #nextOffsets: number[] = [];

  /** Writes a field with a `Span`. */
  write(field: number, span: RecordedSpan): void {
    const { out } = this;
    out.tag(field, bytesType);
    const start = out.beginMessage(2);
    const { identity } = span;
    const spanIdAt = identity.at + traceIdLength;
    out.blobOf(1, identity.chunk, identity.at, spanIdAt);
    out.blobOf(2, identity.chunk, spanIdAt, spanIdAt + spanIdLength);
    writeTraceState(out, identity);
    const parent = span.parentSpanContext;
    if (parent !== undefined) writeHex(out, 4, parent.spanId);
    out.string(5, span.name);
    writeNumber(out, 6, span.kind + 1);
    writeTime(out, 7, span.startTime);
    writeTime(out, 8, span.endTime);
    const base = out.position;
    this.#writeAttributes(span.attributeKeys, span.attributeValues);
    writeNumber(out, 10, span.droppedAttributesCount);
    for (const event of span.recordedEvents) writeEvent(out, event);
    writeNumber(out, 12, span.droppedEventsCount);
    for (const link of span.recordedLinks) writeLink(out, link);
    writeNumber(out, 14, span.droppedLinksCount);
    writeStatus(out, span.status);
    out.tag(16, fixed32Type);
    out.fixed32(flagsOf(identity, parent));
    this.#base = base + out.endMessage(start, 2) - 2;
  }

  /** What was written is not needed any more. */
  clear(): void {
    this.out.position = 0;
    this.#keys = [];
    this.#values = [];
  }

  #writeAttributes(keys: readonly string[], values: readonly unknown[]): void {
    const { out } = this;
    const base = out.position;
    const last = this.#offsets;
    const offsets = this.#nextOffsets;
    let i = 0;
    while (i < keys.length) {
      const first = i;
      const moved = out.position - base - last[first]!;
      for (; this.#isAsBefore(i, keys, values); i++) offsets[i] = last[i]! + moved;
      if (i > first) out.repeat(this.#base + last[first]!, this.#base + last[i]!);
      else {
        offsets[i] = out.position - base;
        writePair(out, 9, keys[i]!, values[i]);
        i++;
      }
    }
    offsets[i] = out.position - base;
    this.#offsets = offsets;
    this.#nextOffsets = last;
    this.#keys = keys;
    this.#values = values;
  }

  #isAsBefore(i: number, keys: readonly string[], values: readonly unknown[]): boolean {
    const value = values[i];
    // what is no scalar may be the same one and yet have changed
    return i < keys.length && keys[i] === this.#keys[i] && value === this.#values[i] && typeof value !== "object";
  }
}

/** The content of a `Resource` message. */
export function writeResource(out: ProtoWriter, { attributes }: Resource): void {
  writeAttributes(out, 1, attributes);
}

/** The content of an `InstrumentationScope` message. */
export function writeScope(out: ProtoWriter, { name, version }: Scope): void {
  out.string(1, name);
  if (version !== undefined) out.string(2, version);
}

function writeEvent(out: ProtoWriter, event: SpanEvent): void {
  out.tag(11, bytesType);
  const start = out.beginMessage(2);
  writeTime(out, 1, event.time);
  out.string(2, event.name);
  if (event.attributes !== undefined) writeAttributes(out, 3, event.attributes);
  writeNumber(out, 4, event.droppedAttributesCount ?? 0);
  out.endMessage(start, 2);
}

function writeLink(out: ProtoWriter, { context, attributes, droppedAttributesCount }: SpanLink): void {
  out.tag(13, bytesType);
  const start = out.beginMessage(1);
  writeHex(out, 1, context.traceId);
  writeHex(out, 2, context.spanId);
  writeTraceState(out, context);
  if (attributes !== undefined) writeAttributes(out, 4, attributes);
  writeNumber(out, 5, droppedAttributesCount ?? 0);
  out.tag(6, fixed32Type);
  out.fixed32(flagsOf(context, context));
  out.endMessage(start, 1);
}

/** Bit 9 tells whether `other` (the parent of a span, the target of a link) is in another process. */
function flagsOf({ traceFlags }: Pick<SpanContext, "traceFlags">, other: SpanContext | undefined): number {
  return (traceFlags & 0xff) | hasIsRemote | (other?.isRemote === true ? isRemote : 0);
}

function writeStatus(out: ProtoWriter, { code, message }: SpanStatus): void {
  if (code === SpanStatusCode.UNSET) return;
  out.tag(15, bytesType);
  const start = out.beginMessage(1);
  if (message !== undefined && message !== "") out.string(2, message);
  writeNumber(out, 3, code);
  out.endMessage(start, 1);
}

function writeTraceState(out: ProtoWriter, { traceState }: { readonly traceState?: TraceState | undefined }): void {
  const text = traceState?.serialize();
  if (text !== undefined && text !== "") out.string(3, text);
}

/** An id of another span, from its text. */
function writeHex(out: ProtoWriter, field: number, digits: string): void {
  out.blob(field, Buffer.from(digits, "hex"));
}

function writeTime(out: ProtoWriter, field: number, [seconds, nanos]: HrTime): void {
  out.tag(field, fixed64Type);
  // seconds · 10⁹ + nanos in two halves of 32 bits, each step below 2⁵³
  const low = (seconds % 0x10000) * 1e9 + nanos;
  const high = Math.floor(seconds / 0x10000) * 1e9;
  const middle = Math.floor(low / 0x10000) + high;
  out.fixed32((low % 0x10000) + (middle % 0x10000) * 0x10000);
  out.fixed32(Math.floor(middle / 0x10000));
}

/** A number that is there unless it is 0, as in proto3. */
function writeNumber(out: ProtoWriter, field: number, value: number): void {
  if (value === 0) return;
  out.tag(field, varintType);
  out.varint(value);
}

function writeAttributes(out: ProtoWriter, field: number, attributes: Attributes): void {
  for (const key in attributes) writePair(out, field, key, attributes[key]);
}

function writePair(out: ProtoWriter, field: number, key: string, value: unknown): void {
  if (value === undefined) return;
  // a prompt is not moved once more for each length around it
  const expected = typeof value === "string" ? value.length + 4 : 4;
  const inner = varintSize(expected);
  const outer = varintSize(expected + key.length + 4);
  out.tag(field, bytesType);
  const start = out.beginMessage(outer);
  out.string(1, key);
  out.tag(2, bytesType);
  const content = out.beginMessage(inner);
  writeValue(out, value);
  out.endMessage(content, inner);
  out.endMessage(start, outer);
}

/** The content of an `AnyValue`: empty for `null`, and for what is none. Source: opentelemetry-proto, common.proto. */
function writeValue(out: ProtoWriter, value: unknown): void {
  if (typeof value === "string") out.string(1, value);
  else if (typeof value === "number") writeNumeric(out, value);
  else if (typeof value === "boolean") {
    out.tag(2, varintType);
    out.varint(value ? 1 : 0);
  } else if (value instanceof Uint8Array) out.blob(7, value);
  else if (Array.isArray(value)) {
    out.tag(5, bytesType);
    const list = out.beginMessage(1);
    for (const item of value) {
      out.tag(1, bytesType);
      const start = out.beginMessage(1);
      writeValue(out, item);
      out.endMessage(start, 1);
    }
    out.endMessage(list, 1);
  } else if (typeof value === "object" && value !== null) {
    out.tag(6, bytesType);
    const list = out.beginMessage(1);
    for (const [key, item] of Object.entries(value)) writePair(out, 1, key, item);
    out.endMessage(list, 1);
  }
}

/** An integer where it is one of 64 bits, as OpenTelemetry's SDKs for JavaScript have it. */
function writeNumeric(out: ProtoWriter, value: number): void {
  if (!Number.isInteger(value) || value < -maxInteger || value >= maxInteger) {
    out.tag(4, fixed64Type);
    out.double(value);
    return;
  }
  out.tag(3, varintType);
  if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) out.varint(value);
  else out.varint64(value, Math.floor(value / 2 ** 32));
}
