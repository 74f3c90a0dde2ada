import type { SeenPoint } from "./metrics-of.ts";

/** What a case says of a point; what it does not say may be anything. */
export interface ExpectedPoint {
  readonly labels?: Readonly<Record<string, unknown>>;
  /** Without the labels that are usual in the file. */
  readonly bare?: boolean;
  readonly resource?: Readonly<Record<string, unknown>>;
  readonly unit?: string;
  readonly kind?: string;
  readonly monotonic?: boolean;
  readonly temporality?: number;
  readonly integer?: boolean;
  readonly value?: number;
  readonly count?: number;
  readonly sum?: number;
  readonly buckets?: readonly number[];
  readonly bounds?: readonly number[];
  readonly scale?: number;
  readonly zeroCount?: number;
  readonly positive?: object;
}

function numbers(value: unknown): readonly number[] {
  return ((value ?? []) as readonly unknown[]).map(Number);
}

/** What a point has of what is expected. */
export function shownPoint(point: SeenPoint, expected: ExpectedPoint): ExpectedPoint {
  const { more } = point;
  const all: Required<Omit<ExpectedPoint, "bare">> = {
    labels: point.labels,
    resource: point.resource,
    unit: point.unit,
    kind: point.kind,
    monotonic: point.isMonotonic,
    temporality: point.temporality ?? 0,
    integer: point.isInteger,
    value: Number(point.value?.toFixed(9)),
    count: Number(more["count"]),
    sum: Number(more["sum"]),
    buckets: numbers(more["bucketCounts"]),
    bounds: numbers(more["explicitBounds"]),
    scale: Number(more["scale"] ?? 0),
    zeroCount: Number(more["zeroCount"] ?? 0),
    positive: more["positive"] as object,
  };
  return Object.fromEntries(
    Object.keys(expected)
      .filter((key) => key !== "bare")
      .map((key) => [key, all[key as keyof typeof all]]),
  );
}
