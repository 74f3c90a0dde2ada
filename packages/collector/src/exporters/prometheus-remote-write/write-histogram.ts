import type { ProtoWriter } from "@genscope/otlp/proto";
import type { NativeBuckets } from "../../prometheus/point.ts";
import type { HistogramSample } from "./collect-series.ts";

/** Prometheus's NaN for a series that has ended (`value.StaleNaN`); a number of JavaScript cannot be told to be it. */
export function writeStaleNan(out: ProtoWriter): void {
  out.fixed32(2);
  out.fixed32(0x7ff00000);
}

/** A double field; nothing: the stale one. */
export function writeDoubleField(out: ProtoWriter, field: number, value: number | undefined): void {
  out.tag(field, 1);
  if (value === undefined) writeStaleNan(out);
  else out.double(value);
}

export function writeIntField(out: ProtoWriter, field: number, value: number): void {
  if (value <= 0) return;
  out.tag(field, 0);
  out.varint(value);
}

/** A `Histogram` message, which both versions of remote write have under the same numbers. */
export function writeHistogram(out: ProtoWriter, { histogram, timeMs }: HistogramSample): void {
  if (histogram === undefined) {
    writeDoubleField(out, 3, undefined);
  } else {
    writeUint64(out, 1, histogram.count);
    writeDoubleField(out, 3, histogram.sum);
    writeSint32(out, 4, histogram.schema);
    writeDoubleField(out, 5, histogram.zeroThreshold);
    writeUint64(out, 6, histogram.zeroCount);
    writeBuckets(out, 8, histogram.negative);
    writeBuckets(out, 11, histogram.positive);
  }
  writeIntField(out, 15, timeMs);
  if (histogram === undefined || histogram.customBounds.length === 0) return;
  out.tag(16, 2);
  out.varint(histogram.customBounds.length * 8);
  for (const bound of histogram.customBounds) out.double(bound);
}

/** Spans under `field`, deltas under the next. */
function writeBuckets(out: ProtoWriter, field: number, { spans, deltas }: NativeBuckets): void {
  for (const { offset, length } of spans) {
    out.tag(field, 2);
    const start = out.beginMessage(1);
    writeSint32(out, 1, offset);
    writeIntField(out, 2, length);
    out.endMessage(start, 1);
  }
  if (deltas.length === 0) return;
  out.tag(field + 1, 2);
  const start = out.beginMessage(1);
  for (const delta of deltas) writeVarint64(out, BigInt.asUintN(64, (delta << 1n) ^ (delta >> 63n)));
  out.endMessage(start, 1);
}

function writeSint32(out: ProtoWriter, field: number, value: number): void {
  if (value === 0) return;
  out.tag(field, 0);
  out.varint(((value << 1) ^ (value >> 31)) >>> 0);
}

/** Written though it is 0: the count is one of two kinds, and absence is neither. */
function writeUint64(out: ProtoWriter, field: number, value: bigint): void {
  out.tag(field, 0);
  writeVarint64(out, value);
}

function writeVarint64(out: ProtoWriter, value: bigint): void {
  out.varint64(Number(value & 0xffff_ffffn), Number(value >> 32n));
}
