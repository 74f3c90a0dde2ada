import type { ProtoWriter } from "@genscope/otlp/proto";
import type { Exemplars } from "./exemplars.ts";
import type { StateReader } from "./state-reader.ts";

/** `Metric.data` by the number of its field. */
export const DataField = { gauge: 5, sum: 7, histogram: 9, exponentialHistogram: 10 } as const;
export type DataField = (typeof DataField)[keyof typeof DataField];

export const Temporality = { delta: 1, cumulative: 2 } as const;
export type Temporality = (typeof Temporality)[keyof typeof Temporality];

/** What a metric is, whatever its series. */
export interface MetricIdentity {
  readonly name: string;
  readonly description?: string;
  /** As OTLP has it: `ms`, `{token}`. */
  readonly unit?: string;
  readonly data: DataField;
  readonly isMonotonic?: boolean;
}

/** What a metric measured, a value for every series of its set by the series' number. */
export interface Instrument {
  readonly metric: MetricIdentity;
  /** Field number of a point's attributes, and of its exemplars. */
  readonly attributesField: number;
  readonly exemplarsField: number;
  /** Given where exemplars are wanted. */
  exemplars?: Exemplars;
  /** Makes room for series below `capacity`. */
  reserve(capacity: number): void;
  /** Whether the series was measured. */
  has(series: number): boolean;
  /** The value's fields of a data point. */
  writeValue(out: ProtoWriter, series: number): void;
  /** As if it had not been measured. */
  clear(series: number): void;
  /** Takes a series to a lower number. */
  move(from: number, to: number): void;
  save(out: ProtoWriter, series: number): void;
  load(state: StateReader, series: number): void;
}

/** A larger array with the same content. */
export function grownTo(values: Float64Array, length: number, fill = 0): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(length).fill(fill);
  grown.set(values);
  return grown;
}
