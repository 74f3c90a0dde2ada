import type { AnyValue } from "@genscope/otlp";
import type { Distribution } from "../../meter/histogram.ts";
import type { NumberInstrument } from "../../meter/number-instrument.ts";
import type { ContextName, Cursor } from "../../ottl/index.ts";

/** An attribute of a metric's points, taken from the item by its key. */
export interface RuleAttribute {
  readonly key: string;
  /** What it is where the item has none. */
  readonly fallback: AnyValue | undefined;
  /** Without it and without a fallback the item is not measured. */
  readonly isNeeded: boolean;
}

/** What a resource is called in the metrics: all of its attributes, or some. */
export type ResourceNaming = "all" | readonly RuleAttribute[];

export type Measure =
  /** `null` measures nothing. */
  | { readonly kind: "sum" | "gauge"; readonly instrument: NumberInstrument; readonly value: Reading }
  | {
      readonly kind: "distribution";
      readonly instrument: Distribution;
      readonly value: Reading;
      readonly count: Reading;
    };

/** A number of an item; a bigint is a whole number of OTLP's. */
export type Reading = (cursor: Cursor) => number | bigint | null;

/** One metric that is made of items of a kind. */
export interface MetricRule {
  readonly context: ContextName;
  /** Which items. */
  readonly fits: (cursor: Cursor) => boolean;
  readonly attributes: readonly RuleAttribute[];
  /** Whether attributes are looked for in the scope and the resource as well. */
  readonly looksAround: boolean;
  readonly resource: ResourceNaming;
  readonly measure: Measure;
}
