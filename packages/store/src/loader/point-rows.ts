import {
  MetricType,
  readAttributes,
  readExemplarValue,
  readExponentialHistogramPoint,
  readHistogramPoint,
  readNumberPoint,
  readSummaryPoint,
  toJsonText,
} from "@genscope/otlp";
import type { MetricView } from "@genscope/otlp";
import type { RowWriter } from "./row-writer.ts";
import type { SourceCache } from "./source-cache.ts";
import { countTypes, writeAttributeMaps } from "./write-values.ts";

/** The columns of `metric_points`, in the order {@link writePointRow} writes them. */
export const pointColumns: string =
  "name, description, unit, kind, aggregation_temporality, is_monotonic, metadata, service_name, resource_id, scope_id, " +
  "string_attributes, int_attributes, double_attributes, bool_attributes, other_attributes, start_unix_nano, time_unix_nano, flags, " +
  "int_value, double_value, count, sum, min, max, bucket_counts, explicit_bounds, scale, zero_count, zero_threshold, " +
  "positive_offset, positive_bucket_counts, negative_offset, negative_bucket_counts, quantiles, quantile_values, " +
  "exemplar_times, exemplar_trace_ids, exemplar_span_ids, exemplar_int_values, exemplar_double_values, exemplar_attributes, " +
  "received_at, journal_position";

/** A point's numbers, whatever its kind; what a kind does not have is as empty as its column. */
interface PointNumbers {
  count: bigint;
  sum: number | undefined;
  min: number | undefined;
  max: number | undefined;
  bucketCounts: readonly bigint[];
  explicitBounds: readonly number[];
  scale: number;
  zeroCount: bigint;
  zeroThreshold: number;
  positive: { offset: number; bucketCounts: readonly bigint[] };
  negative: { offset: number; bucketCounts: readonly bigint[] };
  quantileValues: readonly { quantile: number; value: number }[];
}

const none = { offset: 0, bucketCounts: [] };
const empty: PointNumbers = {
  count: 0n,
  sum: undefined,
  min: undefined,
  max: undefined,
  bucketCounts: [],
  explicitBounds: [],
  scale: 0,
  zeroCount: 0n,
  zeroThreshold: 0,
  positive: none,
  negative: none,
  quantileValues: [],
};

function numbersOf(view: MetricView, type: number, point: number): PointNumbers {
  if (type === MetricType.histogram) return { ...empty, ...readHistogramPoint(view, point) };
  if (type === MetricType.exponentialHistogram) return { ...empty, ...readExponentialHistogramPoint(view, point) };
  if (type === MetricType.summary) return { ...empty, ...readSummaryPoint(view, point) };
  return empty;
}

function nullableDouble(out: RowWriter, value: number | undefined): void {
  out.u8(value === undefined ? 1 : 0);
  if (value !== undefined) out.f64(value);
}

function measured(out: RowWriter, value: bigint | number | undefined, kind: "bigint" | "number"): void {
  const fits = typeof value === kind;
  out.u8(fits ? 0 : 1);
  if (!fits) return;
  if (typeof value === "bigint") out.bigint(value);
  else out.f64(value!);
}

function bigints(out: RowWriter, values: readonly bigint[]): void {
  out.length7(values.length);
  for (const value of values) out.bigint(value);
}

function doubles(out: RowWriter, values: readonly number[]): void {
  out.length7(values.length);
  for (const value of values) out.f64(value);
}

export function writePointRow(
  out: RowWriter,
  view: MetricView,
  bytes: Buffer,
  sources: SourceCache,
  point: number,
  receivedAtMs: number,
  journalPosition: number,
): void {
  const { metrics, points } = view;
  const metric = points.metric[point]!;
  const type = metrics.type[metric]!;
  out.slice(bytes, metrics.nameOffset[metric]!, metrics.nameLength[metric]!);
  out.slice(bytes, metrics.descriptionOffset[metric]!, metrics.descriptionLength[metric]!);
  out.slice(bytes, metrics.unitOffset[metric]!, metrics.unitLength[metric]!);
  out.u8(type);
  out.u8(metrics.aggregationTemporality[metric]!);
  out.u8(metrics.isMonotonic[metric]!);
  out.text(toJsonText(readAttributes(view, metrics.firstMetadata[metric]!)));
  const resource = metrics.resource[metric]!;
  out.slice(bytes, sources.serviceOffset[resource]!, sources.serviceLength[resource]!);
  out.raw(sources.resourceIds, resource * 8, 8);
  out.raw(sources.scopeIds, metrics.scope[metric]! * 8, 8);
  const first = points.firstAttribute[point]!;
  writeAttributeMaps(out, view, bytes, first, countTypes(view.attributes, first));
  out.fixed64(bytes, points.startTimeOffset[point]!);
  out.fixed64(bytes, points.timeOffset[point]!);
  out.u32(points.flags[point]!);

  const isNumber = type === MetricType.gauge || type === MetricType.sum;
  const value = isNumber ? readNumberPoint(view, point) : undefined;
  measured(out, value, "bigint");
  measured(out, value, "number");
  const numbers = numbersOf(view, type, point);
  out.bigint(numbers.count);
  nullableDouble(out, numbers.sum);
  nullableDouble(out, numbers.min);
  nullableDouble(out, numbers.max);
  bigints(out, numbers.bucketCounts);
  doubles(out, numbers.explicitBounds);
  out.u32(numbers.scale >>> 0);
  out.bigint(numbers.zeroCount);
  out.f64(numbers.zeroThreshold);
  for (const { offset, bucketCounts } of [numbers.positive, numbers.negative]) {
    out.u32(offset >>> 0);
    bigints(out, bucketCounts);
  }
  doubles(
    out,
    numbers.quantileValues.map(({ quantile }) => quantile),
  );
  doubles(
    out,
    numbers.quantileValues.map(({ value: at }) => at),
  );
  writeExemplars(out, view, bytes, point);
  out.safeInteger(receivedAtMs);
  out.safeInteger(journalPosition);
}

function writeExemplars(out: RowWriter, view: MetricView, bytes: Buffer, point: number): void {
  const { points, exemplars } = view;
  const rows: number[] = [];
  for (let row = points.firstExemplar[point]!; row !== -1; row = exemplars.next[row]!) rows.push(row);
  const each = (write: (row: number) => void): void => {
    out.length7(rows.length);
    for (const row of rows) write(row);
  };
  each((row) => out.fixed64(bytes, exemplars.timeOffset[row]!));
  each((row) => {
    if (exemplars.traceIdOffset[row] === -1) out.zeros(16);
    else out.raw(bytes, exemplars.traceIdOffset[row]!, 16);
  });
  each((row) => out.fixed64(bytes, exemplars.spanIdOffset[row]!));
  each((row) => measured(out, readExemplarValue(view, row), "bigint"));
  each((row) => measured(out, readExemplarValue(view, row), "number"));
  each((row) => out.text(toJsonText(readAttributes(view, exemplars.firstAttribute[row]!))));
}
