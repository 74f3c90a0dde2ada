import { usageKinds } from "@genscope/semconv/wire";
import { attributesOfOverflow } from "../../meter/overflow.ts";
import { Exemplars } from "../../meter/exemplars.ts";
import { ExponentialHistogram } from "../../meter/exponential-histogram.ts";
import { type Distribution, Histogram } from "../../meter/histogram.ts";
import type { Instrument } from "../../meter/instrument.ts";
import { createSum, type NumberInstrument } from "../../meter/number-instrument.ts";
import { SeriesSet } from "../../meter/series-set.ts";
import { defaultCardinalityLimit, type DimensionConfig, type SpanMetricsConfig } from "./config.ts";

/** Metrics whose series have the same dimensions. */
export interface MetricFamily {
  readonly set: SeriesSet;
  readonly dimensions: readonly DimensionConfig[];
}

/** What is measured, in families: several metrics share one where nothing asks for dimensions of its own. */
export interface SpanMetricSets {
  readonly base: MetricFamily;
  readonly callsFamily: MetricFamily;
  readonly durationFamily: MetricFamily | undefined;
  readonly eventsFamily: MetricFamily | undefined;
  readonly calls: NumberInstrument;
  readonly duration: Distribution | undefined;
  readonly events: NumberInstrument | undefined;
  /** By `usageKinds`; undefined for what is not asked for. */
  readonly usage: readonly (NumberInstrument | undefined)[];
}

const defaultBoundsMs = [2, 4, 6, 8, 10, 50, 100, 200, 400, 800, 1_000, 1_400, 2_000, 5_000, 10_000, 15_000];

/** The conventions' names of what spans say of tokens. There is none for cost. */
const usageMetrics: Readonly<
  Record<(typeof usageKinds)[number], { readonly name: string; readonly unit: string; readonly description: string }>
> = {
  input: {
    name: "gen_ai.usage.input_tokens",
    unit: "{token}",
    description: "Tokens that models were given, cached ones included",
  },
  output: {
    name: "gen_ai.usage.output_tokens",
    unit: "{token}",
    description: "Tokens that models gave, reasoning included",
  },
  cacheRead: {
    name: "gen_ai.usage.cache_read.input_tokens",
    unit: "{token}",
    description: "Input tokens read from a cache",
  },
  cacheWrite: {
    name: "gen_ai.usage.cache_write.input_tokens",
    unit: "{token}",
    description: "Input tokens written to a cache",
  },
  reasoning: {
    name: "gen_ai.usage.reasoning.output_tokens",
    unit: "{token}",
    description: "Output tokens of reasoning",
  },
  cost: { name: "gen_ai.usage.cost", unit: "{USD}", description: "What calls cost by list price, in US dollars" },
};

/** A metric's name in a namespace; one that already begins with it stays as it is. */
export function nameIn(namespace: string, name: string): string {
  return namespace === "" || name.startsWith(`${namespace}.`) ? name : `${namespace}.${name}`;
}

/** Bounds in the unit of the histogram. */
function boundsOf({ explicit, unit }: SpanMetricsConfig["histogram"]): readonly number[] {
  const bounds = explicit === undefined || explicit.buckets.length === 0 ? defaultBoundsMs : explicit.buckets;
  return unit === "s" ? bounds.map((bound) => bound / 1_000) : bounds;
}

export function createSpanMetricSets(config: SpanMetricsConfig, hasUsage: boolean): SpanMetricSets {
  const { namespace, histogram, exemplars, events } = config;
  const limit = config.aggregation_cardinality_limit ?? defaultCardinalityLimit;
  const withExemplars = <Made extends Instrument>(instrument: Made): Made => {
    if (exemplars.enabled) instrument.exemplars = new Exemplars(exemplars.max_per_data_point);
    return instrument;
  };
  const family = (dimensions: readonly DimensionConfig[], instruments: readonly Instrument[]): MetricFamily => ({
    dimensions,
    set: new SeriesSet({
      instruments,
      maxPerGroup: limit === 0 ? Infinity : limit,
      overflowAttributes: attributesOfOverflow(),
    }),
  });
  const counter = (
    name: string,
    more: { readonly unit?: string; readonly description?: string; readonly isInteger?: boolean } = {},
  ): NumberInstrument =>
    withExemplars(createSum({ isInteger: true, ...more, name: nameIn(namespace, name), isMonotonic: true }));

  const calls = counter("calls");
  const duration = histogram.disable ? undefined : withExemplars(createDuration(config));
  const counted = events.enabled ? counter("events") : undefined;
  const usage = usageKinds.map((kind) => {
    const isWanted = hasUsage && (kind === "cost" ? config.cost.enabled : config.usage.enabled);
    return isWanted
      ? counter(usageMetrics[kind].name, { ...usageMetrics[kind], isInteger: kind !== "cost" })
      : undefined;
  });

  const ownCalls = config.calls_dimensions.length > 0;
  const ownDuration = duration !== undefined && histogram.dimensions.length > 0;
  const shared = [...(ownCalls ? [] : [calls]), ...(duration === undefined || ownDuration ? [] : [duration])];
  const base = family(config.dimensions, [...shared, ...usage.filter((one) => one !== undefined)]);
  const more = (dimensions: readonly DimensionConfig[], instrument: Instrument): MetricFamily =>
    family([...config.dimensions, ...dimensions], [instrument]);
  return {
    base,
    callsFamily: ownCalls ? more(config.calls_dimensions, calls) : base,
    durationFamily: ownDuration ? more(histogram.dimensions, duration) : duration === undefined ? undefined : base,
    eventsFamily: counted === undefined ? undefined : more(events.dimensions, counted),
    calls,
    duration,
    events: counted,
    usage,
  };
}

function createDuration({ namespace, histogram }: SpanMetricsConfig): Distribution {
  const metric = { name: nameIn(namespace, "duration"), unit: histogram.unit };
  return histogram.exponential === undefined
    ? new Histogram(metric, boundsOf(histogram))
    : new ExponentialHistogram(metric, histogram.exponential.max_size || 160);
}
