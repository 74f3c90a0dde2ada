import type { z } from "zod";
import type { ComponentType } from "../../components.ts";
import { boolean, duration, integer, list, optionalSection, section, text, word } from "../../config/fields.ts";
import { formatDuration } from "../../ottl/values/go-duration.ts";

const dimension = section({ name: text(""), default: text(), glob: text("") });
export type DimensionConfig = z.output<typeof dimension>;

/** What every series is told apart by, unless it is excluded. */
export const builtInDimensions: readonly string[] = ["service.name", "span.name", "span.kind", "status.code"];
const delta = "AGGREGATION_TEMPORALITY_DELTA";

const schema = section({
  namespace: text("traces.span.metrics"),
  histogram: section({
    disable: boolean(false),
    unit: word(["ms", "s"], "ms"),
    explicit: optionalSection({ buckets: list(duration(0)) }),
    exponential: optionalSection({ max_size: integer(160) }),
    dimensions: list(dimension),
  }),
  dimensions: list(dimension),
  calls_dimensions: list(dimension),
  exclude_dimensions: list(text("")),
  dimensions_cache_size: integer(1000),
  aggregation_cardinality_limit: integer(),
  resource_metrics_cache_size: integer(1000),
  resource_metrics_key_attributes: list(text("")),
  /** Left out they are not added, unless strictly as in the Collector. */
  add_resource_attributes: boolean(),
  aggregation_temporality: text("AGGREGATION_TEMPORALITY_CUMULATIVE"),
  metrics_flush_interval: duration(60_000),
  metrics_expiration: duration(0),
  series_expiration: duration(0),
  metric_timestamp_cache_size: integer(1000),
  exemplars: section({ enabled: boolean(false), max_per_data_point: integer(5) }),
  events: section({ enabled: boolean(false), dimensions: list(dimension) }),
  include_instrumentation_scope: list(text("")),
  enable_metrics_sampling_method: boolean(false),
  /** `collector.instance.id` on every series. Left out it is not there, unless strictly as in the Collector. */
  include_collector_instance_id: boolean(),
  /** Tokens of model calls. */
  usage: section({ enabled: boolean(true) }),
  /** What they cost, in US dollars. */
  cost: section({ enabled: boolean(true), prices: text("") }),
});

export type SpanMetricsConfig = z.output<typeof schema>;

export function isDelta({
  aggregation_temporality: written,
}: Pick<SpanMetricsConfig, "aggregation_temporality">): boolean {
  return written === delta;
}

/** The series of one resource, where the configuration sets no bound; 0 there is none. */
export const defaultCardinalityLimit = 20_000;

const go = (milliseconds: number): string => formatDuration(BigInt(Math.round(milliseconds * 1e6)));

/** Names that stand twice, of all that are not built in. */
function repeated(dimensions: readonly DimensionConfig[]): readonly string[] {
  const names = dimensions.map(({ name }) => name).filter((name) => name !== "");
  return names.filter((name, index) => !builtInDimensions.includes(name) && names.indexOf(name) !== index);
}

function check(value: unknown): readonly string[] {
  const config = value as SpanMetricsConfig;
  const { histogram, events } = config;
  const problems: string[] = [];
  const lists = {
    dimensions: config.dimensions,
    calls_dimensions: config.calls_dimensions,
    "histogram::dimensions": histogram.dimensions,
    "events::dimensions": events.dimensions,
  };
  for (const [name, dimensions] of Object.entries(lists)) {
    for (const [index, one] of dimensions.entries()) {
      if ((one.name === "") === (one.glob === "")) {
        problems.push(`${name}::${index}: exactly one of \`name\` and \`glob\` must be set`);
      }
    }
  }
  for (const name of repeated(config.dimensions))
    problems.push(`failed validating dimensions: duplicate dimension name ${name}`);
  if (events.enabled && events.dimensions.length === 0) {
    problems.push("failed validating event dimensions: no dimensions configured for events");
  }
  if (events.enabled) {
    for (const name of repeated(events.dimensions)) {
      problems.push(`failed validating event dimensions: duplicate dimension name ${name}`);
    }
  }
  if (histogram.explicit !== undefined && histogram.exponential !== undefined) {
    problems.push("use either `explicit` or `exponential` buckets histogram");
  }
  const positive = {
    metrics_flush_interval: config.metrics_flush_interval,
    metrics_expiration: config.metrics_expiration,
    series_expiration: config.series_expiration,
  };
  for (const [name, milliseconds] of Object.entries(positive)) {
    if (milliseconds < 0) problems.push(`invalid ${name}: ${go(milliseconds)}, the duration should be positive`);
  }
  if (isDelta(config) && config.metric_timestamp_cache_size <= 0) {
    problems.push(
      `invalid delta timestamp cache size: ${config.metric_timestamp_cache_size}, the maximum number of the items in the cache should be positive`,
    );
  }
  const limit = config.aggregation_cardinality_limit ?? 0;
  if (limit < 0) problems.push(`invalid aggregation_cardinality_limit: ${limit}, the limit should be positive`);
  const buckets = histogram.explicit?.buckets ?? [];
  if (buckets.some((bound, index) => index > 0 && bound <= buckets[index - 1]!)) {
    problems.push("histogram::explicit: `buckets` must ascend");
  }
  return problems;
}

function builtInOf(dimensions: readonly DimensionConfig[]): readonly string[] {
  return dimensions.map(({ name }) => name).filter((name) => builtInDimensions.includes(name));
}

function tolerates(value: unknown): readonly string[] {
  const { dimensions, events } = value as SpanMetricsConfig;
  return [
    ...builtInOf(dimensions).map((name) => `failed validating dimensions: duplicate dimension name ${name}`),
    ...(events.enabled ? builtInOf(events.dimensions) : []).map(
      (name) => `failed validating event dimensions: duplicate dimension name ${name}`,
    ),
  ];
}

export const spanMetricsComponent: ComponentType = {
  kind: "connectors",
  type: "span_metrics",
  aliases: ["spanmetrics"],
  signals: ["traces"],
  gives: { traces: ["metrics"] },
  config: schema,
  check,
  tolerates,
  differs: {
    "": "counts in front of samplers and survives restarts (docs/metering.md); tokens and cost besides",
    dimensions:
      "a name is also looked for under the other names that dialects have for it; one that is built in is left out with a warning",
    add_resource_attributes:
      "false if left out, so that series of several resources never collide; the Collector adds them unless a gate says otherwise. `--strict`: true",
    aggregation_cardinality_limit: `if left out, ${defaultCardinalityLimit}; 0 is no limit`,
    include_collector_instance_id:
      "where several collectors write series of the same labels: each names itself by `collector.instance.id`, the same over restarts. `--strict`: on, as by the Collector's gate; there the id is another after each start",
    dimensions_cache_size: "understood; there is no such cache",
    metric_timestamp_cache_size: "understood; there is no such cache",
  },
};
