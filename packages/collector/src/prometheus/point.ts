/** What Prometheus calls a metric: its name before `_bucket` and the like, and what it says of itself. */
export interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram" | "summary" | "info";
  readonly help: string;
  /** In Prometheus's words, or empty. */
  readonly unit: string;
}

export type Label = readonly [name: string, value: string];

export interface Exemplar {
  /** Sorted by name. */
  readonly labels: readonly Label[];
  readonly value: number;
  readonly timeMs: number;
}

/** Buckets of powers of two, or between bounds of its own. */
export interface NativeHistogram {
  /** -4 to 8; -53 for `customBounds`. */
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: bigint;
  readonly count: bigint;
  readonly sum: number;
  readonly positive: NativeBuckets;
  readonly negative: NativeBuckets;
  readonly customBounds: readonly number[];
}

export interface NativeBuckets {
  readonly spans: readonly { readonly offset: number; readonly length: number }[];
  /** Each count less the one before. */
  readonly deltas: readonly bigint[];
}

export type PointValue =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "native"; readonly histogram: NativeHistogram }
  | {
      readonly kind: "histogram";
      readonly bounds: readonly number[];
      /** Up to each bound, and once more up to infinity. */
      readonly cumulative: readonly number[];
      readonly sum: number | undefined;
      readonly count: number;
    }
  | {
      readonly kind: "summary";
      readonly quantiles: readonly { readonly quantile: number; readonly value: number }[];
      readonly sum: number;
      readonly count: number;
    };

/** One data point under its Prometheus names. */
export interface PrometheusPoint {
  readonly family: Family;
  /** Sorted by name, without `__name__`. */
  readonly labels: readonly Label[];
  readonly value: PointValue;
  /** It tells how much has been added since the one before. */
  readonly isDelta: boolean;
  /** The sender says that there is no value any more. */
  readonly isStale: boolean;
  readonly timeMs: number;
  /** 0 if not known. */
  readonly startMs: number;
  readonly exemplars: readonly Exemplar[];
}
