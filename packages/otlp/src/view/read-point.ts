import { createField, readField } from "../edit/fields.ts";
import type { Field } from "../edit/fields.ts";
import { readDouble, readFixed64, readSfixed64, readString, readUint } from "./read-scalar.ts";
import type { MetricView, View } from "./views.ts";

/** A measurement: bigint for `as_int`, number for `as_double`, undefined where neither was sent. */
export type Measured = bigint | number | undefined;

export interface HistogramPoint {
  readonly count: bigint;
  readonly sum: number | undefined;
  readonly bucketCounts: readonly bigint[];
  readonly explicitBounds: readonly number[];
  readonly min: number | undefined;
  readonly max: number | undefined;
}

export interface Buckets {
  readonly offset: number;
  readonly bucketCounts: readonly bigint[];
}

export interface ExponentialHistogramPoint {
  readonly count: bigint;
  readonly sum: number | undefined;
  readonly scale: number;
  readonly zeroCount: bigint;
  readonly zeroThreshold: number;
  readonly positive: Buckets;
  readonly negative: Buckets;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

export interface SummaryPoint {
  readonly count: bigint;
  readonly sum: number;
  readonly quantileValues: readonly { readonly quantile: number; readonly value: number }[];
}

/** The value of a point of a gauge or sum. */
export function readNumberPoint(view: MetricView, point: number): Measured {
  return readMeasured(view, view.points.start[point]!, view.points.end[point]!, 4, 6);
}

export function readExemplarValue(view: MetricView, exemplar: number): Measured {
  return readMeasured(view, view.exemplars.start[exemplar]!, view.exemplars.end[exemplar]!, 3, 6);
}

function readMeasured(view: View, start: number, end: number, asDouble: number, asInt: number): Measured {
  let value: Measured;
  eachField(view, start, end, (field) => {
    if (field.wireType !== 1) return;
    if (field.number === asDouble) value = readDouble(view, field.start);
    else if (field.number === asInt) value = readSfixed64(view, field.start);
  });
  return value;
}

export function readHistogramPoint(view: MetricView, point: number): HistogramPoint {
  let count = 0n;
  let sum: number | undefined;
  let min: number | undefined;
  let max: number | undefined;
  const bucketCounts: bigint[] = [];
  const explicitBounds: number[] = [];
  eachField(view, view.points.start[point]!, view.points.end[point]!, (field) => {
    if (field.number === 6) eachFixed64(field, (at) => bucketCounts.push(readFixed64(view, at)));
    else if (field.number === 7) eachFixed64(field, (at) => explicitBounds.push(readDouble(view, at)));
    else if (field.wireType !== 1) return;
    else if (field.number === 4) count = readFixed64(view, field.start);
    else if (field.number === 5) sum = readDouble(view, field.start);
    else if (field.number === 11) min = readDouble(view, field.start);
    else if (field.number === 12) max = readDouble(view, field.start);
  });
  return { count, sum, bucketCounts, explicitBounds, min, max };
}

export function readExponentialHistogramPoint(view: MetricView, point: number): ExponentialHistogramPoint {
  let count = 0n;
  let sum: number | undefined;
  let scale = 0;
  let zeroCount = 0n;
  let zeroThreshold = 0;
  let min: number | undefined;
  let max: number | undefined;
  const positive = { offset: 0, bucketCounts: [] };
  const negative = { offset: 0, bucketCounts: [] };
  eachField(view, view.points.start[point]!, view.points.end[point]!, (field) => {
    const { number, wireType, start } = field;
    if (wireType === 2 && number === 8) readBuckets(view, field, positive);
    else if (wireType === 2 && number === 9) readBuckets(view, field, negative);
    else if (wireType === 0 && number === 6) scale = readSint32(view, start);
    else if (wireType !== 1) return;
    else if (number === 4) count = readFixed64(view, start);
    else if (number === 5) sum = readDouble(view, start);
    else if (number === 7) zeroCount = readFixed64(view, start);
    else if (number === 12) min = readDouble(view, start);
    else if (number === 13) max = readDouble(view, start);
    else if (number === 14) zeroThreshold = readDouble(view, start);
  });
  return { count, sum, scale, zeroCount, zeroThreshold, positive, negative, min, max };
}

export function readSummaryPoint(view: MetricView, point: number): SummaryPoint {
  let count = 0n;
  let sum = 0;
  const quantileValues: { quantile: number; value: number }[] = [];
  eachField(view, view.points.start[point]!, view.points.end[point]!, (field) => {
    if (field.number === 4 && field.wireType === 1) count = readFixed64(view, field.start);
    else if (field.number === 5 && field.wireType === 1) sum = readDouble(view, field.start);
    else if (field.number === 6 && field.wireType === 2) {
      const pair = { quantile: 0, value: 0 };
      eachField(view, field.start, field.end, (inner) => {
        if (inner.wireType !== 1) return;
        if (inner.number === 1) pair.quantile = readDouble(view, inner.start);
        else if (inner.number === 2) pair.value = readDouble(view, inner.start);
      });
      quantileValues.push(pair);
    }
  });
  return { count, sum, quantileValues };
}

/** `Resource.entity_refs` (common.proto, `EntityRef`). */
export interface EntityRef {
  readonly schemaUrl: string;
  readonly type: string;
  readonly idKeys: readonly string[];
  readonly descriptionKeys: readonly string[];
}

export function readEntityRefs(view: View, resource: number): EntityRef[] {
  const refs: EntityRef[] = [];
  eachField(view, view.resources.start[resource]!, view.resources.end[resource]!, (own) => {
    if (own.number !== 1 || own.wireType !== 2) return;
    eachField(view, own.start, own.end, (field) => {
      if (field.number === 3 && field.wireType === 2) refs.push(readEntityRef(view, field.start, field.end));
    });
  });
  return refs;
}

function readEntityRef(view: View, start: number, end: number): EntityRef {
  let schemaUrl = "";
  let type = "";
  const idKeys: string[] = [];
  const descriptionKeys: string[] = [];
  eachField(view, start, end, (field) => {
    if (field.wireType !== 2) return;
    const text = readString(view, field.start, field.end - field.start);
    if (field.number === 1) schemaUrl = text;
    else if (field.number === 2) type = text;
    else if (field.number === 3) idKeys.push(text);
    else if (field.number === 4) descriptionKeys.push(text);
  });
  return { schemaUrl, type, idKeys, descriptionKeys };
}

/** `sint32`, and lists that may come packed or one by one, as protobuf allows either way. */
function readBuckets(view: View, { start, end }: Field, into: { offset: number; bucketCounts: bigint[] }): void {
  eachField(view, start, end, (field) => {
    if (field.number === 1 && field.wireType === 0) into.offset = readSint32(view, field.start);
    else if (field.number !== 2) return;
    else if (field.wireType === 0) into.bucketCounts.push(readUint(view, field.start));
    else if (field.wireType === 2) {
      for (let p = field.start; p < field.end;) {
        into.bucketCounts.push(readUint(view, p));
        while (p < field.end && view.bytes[p++]! >= 0x80);
      }
    }
  });
}

function readSint32(view: View, at: number): number {
  const zigzag = Number(BigInt.asUintN(32, readUint(view, at)));
  return (zigzag >>> 1) ^ -(zigzag & 1);
}

function eachFixed64({ wireType, start, end }: Field, visit: (at: number) => void): void {
  if (wireType === 1) visit(start);
  else if (wireType === 2) for (let at = start; at + 8 <= end; at += 8) visit(at);
}

function eachField({ bytes }: View, start: number, end: number, visit: (field: Field) => void): void {
  const field = createField();
  for (let p = start; p < end; p = field.end) {
    readField(bytes, p, field);
    visit(field);
  }
}
