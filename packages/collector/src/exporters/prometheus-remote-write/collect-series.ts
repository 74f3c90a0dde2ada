import type { MetricView } from "@genscope/otlp";
import { compareText } from "../../ottl/values/compare.ts";
import { formatNumber } from "../../prometheus/format-number.ts";
import type { Exemplar, Family, Label, NativeHistogram, PrometheusPoint } from "../../prometheus/point.ts";
import type { MetricTranslator, Unusable } from "../../prometheus/translate-metrics.ts";

export interface Sample {
  /** Nothing: the series is stale. */
  readonly value: number | undefined;
  readonly timeMs: number;
}

export interface HistogramSample {
  /** Nothing: the series is stale. */
  readonly histogram: NativeHistogram | undefined;
  readonly timeMs: number;
}

export interface Series {
  /** Sorted by name, `__name__` among them. */
  readonly labels: readonly Label[];
  readonly samples: Sample[];
  readonly histograms: HistogramSample[];
  readonly exemplars: Exemplar[];
  startMs: number;
}

/** The series of one metric with one set of attributes: what goes to the target together, in order. */
export interface SeriesGroup {
  /** The same for the same group of another request. */
  readonly key: string;
  readonly family: Family;
  readonly series: Map<string, Series>;
  /** Data points in it. */
  points: number;
}

export interface CollectOptions {
  readonly hasCreatedMetric: boolean;
  readonly nowMs: number;
  readonly unusable: (why: Unusable, metric: string) => void;
}

/** The series of a request, with the samples of each in the order of their times. */
export function collectSeries(view: MetricView, translator: MetricTranslator, options: CollectOptions): SeriesGroup[] {
  const groups = new Map<string, SeriesGroup>();
  translator.translate(view, options.nowMs, {
    unusable: options.unusable,
    point(point) {
      const key = `${point.family.name}\0${point.labels.flat().join("\0")}`;
      let group = groups.get(key);
      if (group === undefined) groups.set(key, (group = { key, family: point.family, series: new Map(), points: 0 }));
      addPoint(group, point);
      if (point.family.type !== "info") group.points++;
      if (options.hasCreatedMetric && point.startMs > 0 && point.family.type !== "gauge") addCreated(group, point);
    },
  });
  const list = [...groups.values()];
  for (const { series } of list) for (const one of series.values()) settle(one);
  return list;
}

function addPoint(group: SeriesGroup, point: PrometheusPoint): void {
  const { name } = point.family;
  const { value, timeMs, isStale } = point;
  const add = (suffix: string, sample: number, extra: readonly Label[] = []): Series => {
    const series = seriesOf(group, point, `${name}${suffix}`, extra);
    series.samples.push({ value: isStale ? undefined : sample, timeMs });
    return series;
  };
  switch (value.kind) {
    case "number":
      add("", value.value).exemplars.push(...point.exemplars);
      return;
    case "native": {
      const series = seriesOf(group, point, name, []);
      series.histograms.push({ histogram: isStale ? undefined : value.histogram, timeMs });
      series.exemplars.push(...point.exemplars);
      return;
    }
    case "histogram": {
      const bounds = [...value.bounds, Infinity];
      const buckets = bounds.map((bound, index) =>
        add("_bucket", value.cumulative[index] ?? value.count, [["le", formatNumber(bound)]]),
      );
      for (const exemplar of point.exemplars) {
        const bucket = bounds.findIndex((bound) => exemplar.value <= bound);
        buckets[bucket === -1 ? bounds.length - 1 : bucket]!.exemplars.push(exemplar);
      }
      break;
    }
    default:
      for (const one of value.quantiles) add("", one.value, [["quantile", formatNumber(one.quantile)]]);
  }
  if (value.sum !== undefined) add("_sum", value.sum);
  add("_count", value.count);
}

/** When a counter began, as a series of its own. */
function addCreated(group: SeriesGroup, point: PrometheusPoint): void {
  const name = `${point.family.name.replace(/_total$/, "")}_created`;
  seriesOf(group, point, name, []).samples.push({ value: point.startMs / 1000, timeMs: point.timeMs });
}

function seriesOf(group: SeriesGroup, { labels, startMs }: PrometheusPoint, name: string, extra: readonly Label[]) {
  const key = extra.length === 0 ? name : `${name}\0${extra[0]![1]}`;
  let series = group.series.get(key);
  if (series === undefined) {
    const overridden = new Set(extra.map(([label]) => label));
    const all: Label[] = [["__name__", name], ...extra, ...labels.filter(([label]) => !overridden.has(label))];
    series = {
      labels: all.toSorted(([a], [b]) => compareText(a, b)),
      samples: [],
      histograms: [],
      exemplars: [],
      startMs,
    };
    group.series.set(key, series);
  }
  series.startMs = Math.max(series.startMs, startMs);
  return series;
}

/** In order, and one for a time: of several the last. */
function settle(series: Series): void {
  inOrder(series.samples);
  inOrder(series.histograms);
  series.exemplars.sort((a, b) => a.timeMs - b.timeMs);
}

function inOrder(samples: { readonly timeMs: number }[]): void {
  if (samples.length < 2) return;
  const byTime = new Map(samples.map((sample) => [sample.timeMs, sample]));
  samples.splice(0, samples.length, ...[...byTime.values()].toSorted((a, b) => a.timeMs - b.timeMs));
}
