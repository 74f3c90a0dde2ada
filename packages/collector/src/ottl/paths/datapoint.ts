import { MetricType, readFixed64 } from "@genscope/otlp";
import type { Cursor } from "../cursor.ts";
import { OttlError } from "../ottl-error.ts";
import { indexKey } from "../values/indexing.ts";
import { isList, Native, typeName, type Value } from "../values/value.ts";
import {
  attributesField,
  countField,
  expectDouble,
  expectInt,
  type IndexedPath,
  nanoFields,
  nativeField,
  type Path,
  type PathTable,
} from "./field.ts";
import { metricType } from "./metric.ts";
import { type PointObject, readExemplars, readMeasurement } from "./read-points.ts";

const of = { kind: "point", row: (cursor: Cursor) => cursor.point } as const;
const { gauge, sum, histogram, exponentialHistogram, summary } = MetricType;
const time = nanoFields(of, "timeUnixNano", ({ metrics }, row) =>
  readFixed64(metrics, metrics.points.timeOffset[row]!),
);
const start = nanoFields(of, "startTimeUnixNano", ({ metrics }, row) =>
  readFixed64(metrics, metrics.points.startTimeOffset[row]!),
);

/** What is measured, with what was set of it. */
export function measurementOf(cursor: Cursor): PointObject {
  const sent = readMeasurement(cursor.metrics, cursor.point);
  const changed = cursor.edits.fields.get("point")?.get(cursor.point);
  if (changed === undefined) return sent;
  if (changed.has("asInt") || changed.has("asDouble"))
    return Object.fromEntries([...changed].filter(([, value]) => value !== null));
  return { ...sent, ...Object.fromEntries(changed) };
}

const unsupported = (): OttlError => new OttlError("unsupported data point type: it has no such field");

/** A field that points of some kinds have; for others it reads as nil, and setting it is an error. */
function measured(
  kinds: readonly number[],
  read: (point: PointObject) => Value,
  write: (cursor: Cursor, value: Value, point: PointObject) => void,
): Path {
  const has = (cursor: Cursor): boolean => kinds.includes(metricType(cursor));
  return () => ({
    get: (cursor) => (has(cursor) ? read(measurementOf(cursor)) : null),
    set: (cursor, value) => {
      if (!has(cursor)) throw unsupported();
      write(cursor, value, measurementOf(cursor));
    },
  });
}

const put = (cursor: Cursor, field: string, value: string | number | bigint | object): void => {
  cursor.edits.setField("point", cursor.point, field, value);
};

function intOf(kinds: readonly number[], field: string, cut: (value: bigint) => bigint | number): Path {
  return measured(
    kinds,
    (point) => BigInt.asIntN(64, BigInt((point[field] as bigint | number | undefined) ?? 0)),
    (cursor, value) => put(cursor, field, cut(expectInt(value))),
  );
}

function doubleOf(kinds: readonly number[], field: string): Path {
  return measured(
    kinds,
    (point) => (point[field] as number | undefined) ?? 0,
    (cursor, value) => put(cursor, field, expectDouble(value)),
  );
}

const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value);
const int32 = (value: bigint): number => Number(BigInt.asIntN(32, value));

/** One of the two values a number point can have; the other goes when this one is set. */
function numberValue(field: "asInt" | "asDouble", zero: Value, expect: (value: Value) => bigint | number): Path {
  const other = field === "asInt" ? "asDouble" : "asInt";
  return measured(
    [gauge, sum],
    (point) => (point[field] as bigint | number | undefined) ?? zero,
    (cursor, value) => {
      const wanted = expect(value);
      cursor.edits.fields.get("point")?.get(cursor.point)?.delete(other);
      put(cursor, field, wanted);
    },
  );
}

type Numbers = readonly (bigint | number)[];

/** As int64: what is unsigned on the wire, OTTL has signed. */
function shown(value: bigint | number): Value {
  return typeof value === "bigint" ? BigInt.asIntN(64, value) : value;
}

/** A list of numbers as a whole or one of it by index. */
function numbers(
  kinds: readonly number[],
  read: (point: PointObject) => Numbers,
  write: (cursor: Cursor, list: Numbers, point: PointObject) => void,
  element: { readonly type: "int64" | "float64"; readonly cut: (value: Value) => bigint | number },
): IndexedPath {
  const toList = (value: Value): Numbers => {
    if (value === null) return [];
    if (!isList(value))
      throw new OttlError(`cannot set a slice of ${element.type} from a value type: ${typeName(value)}`);
    return value.map((one) => {
      if (typeName(one) !== element.type) {
        throw new OttlError(`invalid value type provided for a slice of ${element.type}: ${typeName(one)}`);
      }
      return element.cut(one);
    });
  };
  return {
    indexed: (keys) => {
      if (keys.length > 1) throw new OttlError("an element of this list does not support indexing");
      const [key] = keys;
      return measured(
        kinds,
        (point) => read(point).map(shown),
        (cursor, value, point) => {
          const before = read(point);
          const after =
            key === undefined ? toList(value) : before.with(indexKey(cursor, key, before.length), toList([value])[0]!);
          write(cursor, after, point);
        },
      )([]);
    },
  };
}

/** The same, reading through the key. */
function indexedNumbers(...args: Parameters<typeof numbers>): IndexedPath {
  const { indexed } = numbers(...args);
  return {
    indexed: (keys) => {
      const whole = indexed(keys);
      const [key] = keys;
      if (key === undefined) return whole;
      return {
        ...whole,
        get: (cursor) => {
          const list = whole.get(cursor);
          return isList(list) ? list[indexKey(cursor, key, list.length)]! : null;
        },
      };
    },
  };
}

const counts = { type: "int64", cut: (value: Value) => unsigned(expectInt(value)) } as const;
const doubles = { type: "float64", cut: expectDouble } as const;

interface Buckets {
  readonly offset?: number;
  readonly bucketCounts?: Numbers;
}

function bucketPaths(field: "positive" | "negative"): PathTable {
  const kinds = [exponentialHistogram];
  const type = "pmetric.ExponentialHistogramDataPointBuckets";
  const bucketsOf = (point: PointObject): Buckets => (point[field] as Buckets | undefined) ?? {};
  return {
    [field]: measured(
      kinds,
      (point) => new Native(type, bucketsOf(point)),
      (cursor, value) => {
        if (!(value instanceof Native) || value.type !== type)
          throw new OttlError(`expects ${type} but got ${typeName(value)}`);
        put(cursor, field, value.content);
      },
    ),
    [`${field}.offset`]: measured(
      kinds,
      (point) => BigInt(bucketsOf(point).offset ?? 0),
      (cursor, value, point) => put(cursor, field, { ...bucketsOf(point), offset: int32(expectInt(value)) }),
    ),
    [`${field}.bucket_counts`]: indexedNumbers(
      kinds,
      (point) => bucketsOf(point).bucketCounts ?? [],
      (cursor, list, point) => put(cursor, field, { ...bucketsOf(point), bucketCounts: list }),
      counts,
    ),
  };
}

const exemplarSlice = nativeField(of, "exemplars", "pmetric.ExemplarSlice", ({ metrics }, row) =>
  readExemplars(metrics, row),
);

/** A summary has none. */
const exemplarsPath: Path = (keys) => {
  const { get, set } = exemplarSlice(keys);
  return {
    get: (cursor) => (metricType(cursor) === summary ? null : get(cursor)),
    set: (cursor, value) => {
      if (metricType(cursor) === summary) throw unsupported();
      set!(cursor, value);
    },
  };
};

export const datapointPaths: PathTable = {
  attributes: attributesField("point", of.row, ({ metrics }, row) => metrics.points.firstAttribute[row]!),
  start_time_unix_nano: start.nano,
  start_time: start.time,
  time_unix_nano: time.nano,
  time: time.time,
  flags: countField(of, "flags", ({ metrics }, row) => metrics.points.flags[row]!),
  value_double: numberValue("asDouble", 0, expectDouble),
  value_int: numberValue("asInt", 0n, expectInt),
  exemplars: exemplarsPath,
  count: intOf([histogram, exponentialHistogram, summary], "count", unsigned),
  sum: doubleOf([histogram, exponentialHistogram, summary], "sum"),
  bucket_counts: indexedNumbers(
    [histogram],
    (point) => (point["bucketCounts"] as Numbers | undefined) ?? [],
    (cursor, list) => put(cursor, "bucketCounts", [...list]),
    counts,
  ),
  explicit_bounds: indexedNumbers(
    [histogram],
    (point) => (point["explicitBounds"] as Numbers | undefined) ?? [],
    (cursor, list) => put(cursor, "explicitBounds", [...list]),
    doubles,
  ),
  scale: intOf([exponentialHistogram], "scale", int32),
  zero_count: intOf([exponentialHistogram], "zeroCount", unsigned),
  ...bucketPaths("positive"),
  ...bucketPaths("negative"),
  quantile_values: measured(
    [summary],
    (point) =>
      new Native("pmetric.SummaryDataPointValueAtQuantileSlice", (point["quantileValues"] as object | undefined) ?? []),
    (cursor, value) => {
      const type = "pmetric.SummaryDataPointValueAtQuantileSlice";
      if (!(value instanceof Native) || value.type !== type)
        throw new OttlError(`expects ${type} but got ${typeName(value)}`);
      put(cursor, "quantileValues", value.content);
    },
  ),
};
