import type { Unusable } from "./translate-metrics.ts";

/** What a person is told of a metric that Prometheus cannot take, and what helps. */
export function unusableText(why: Unusable, metric: string): string {
  const name = JSON.stringify(metric);
  switch (why) {
    case "delta":
      return `metric ${name} is dropped: it has delta temporality (or none), and Prometheus takes cumulative sums and histograms only; put a deltatocumulative processor into the pipeline`;
    case "no name":
      return `metric ${name} is dropped: nothing is left of its name in Prometheus`;
    case "no value":
      return `points of metric ${name} are dropped: they have no value`;
    case "scale":
      return `points of metric ${name} are dropped: their exponential buckets are wider than Prometheus has them (scale below -4)`;
    default:
      return `metric ${name} is dropped: it has no data of a known type`;
  }
}
