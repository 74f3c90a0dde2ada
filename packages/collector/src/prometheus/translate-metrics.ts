import {
  type Measured,
  MetricType,
  type MetricView,
  readExemplarValue,
  readExponentialHistogramPoint,
  readFixed64,
  readHex,
  readHistogramPoint,
  readNumberPoint,
  readString,
  readSummaryPoint,
  readValue,
  toJsonText,
} from "@genscope/otlp";
import { compareText } from "../ottl/values/compare.ts";
import { toElementText } from "../ottl/values/to-text.ts";
import { readWireValue } from "../ottl/values/wire.ts";
import { labelName } from "./label-name.ts";
import { metricName, type MetricNaming, type NamedKind } from "./metric-name.ts";
import { toCustomHistogram, toNativeHistogram } from "./native-histogram.ts";
import type { Exemplar, Family, Label, PointValue, PrometheusPoint } from "./point.ts";
import { hasSuffixes } from "./translation-strategy.ts";
import { unitSuffix } from "./unit-suffix.ts";

export interface TranslateOptions extends MetricNaming {
  /** On every series that has no such label of its own. */
  readonly constantLabels: Readonly<Record<string, string>>;
  /** Which attributes of the resource are labels of every series. */
  readonly isResourceLabel: (key: string) => boolean;
  readonly hasScopeLabels: boolean;
  readonly hasTargetInfo: boolean;
  /** Whether deltas of sums and explicit histograms have a place too: with who adds them up. */
  readonly takesDelta: boolean;
  /** What explicit histograms become. */
  readonly histograms: "classic" | "native" | "both";
}

/** Why a data point has no place in Prometheus. */
export type Unusable = "delta" | "no name" | "no value" | "scale" | "no type";

export interface Translation {
  point(point: PrometheusPoint): void;
  unusable(why: Unusable, metric: string): void;
}

const noRecordedValue = 1;
/** `AggregationTemporality`. */
const delta = 1;
const cumulative = 2;
const maxCachedNames = 10_000;
/** OpenMetrics: names and values of an exemplar together. */
const maxExemplarCharacters = 128;

/** Translates data points into Prometheus's names; what it has learned of labels serves the next request too. */
export class MetricTranslator {
  readonly #options: TranslateOptions;
  readonly #labelNames = new Map<string, string | undefined>();
  readonly #constant: readonly Label[];

  constructor(options: TranslateOptions) {
    this.#options = options;
    this.#constant = Object.entries(options.constantLabels).flatMap(([key, value]): Label[] => {
      const name = this.#labelName(key);
      return name === undefined ? [] : [[name, value]];
    });
  }

  /** Points without a time get `nowMs`. */
  translate(view: MetricView, nowMs: number, into: Translation): void {
    const { metrics, points } = view;
    const latest = new Map<number, number>();
    const resources = new Map<number, ResourceLabels>();
    let metric = -1;
    let family: Family | Unusable = "no type";
    for (let row = 0; row < points.count; row++) {
      if (points.metric[row]! !== metric) {
        metric = points.metric[row]!;
        family = this.#family(view, metric);
      }
      const value = typeof family === "string" ? family : this.#values(view, row);
      if (typeof family === "string" || typeof value === "string") {
        into.unusable(value as Unusable, nameOf(view, metric));
        continue;
      }
      const resource = metrics.resource[metric]!;
      let shared = resources.get(resource);
      if (shared === undefined) resources.set(resource, (shared = this.#resourceLabels(view, resource)));
      const timeMs = toMs(view, points.timeOffset[row]!) || nowMs;
      latest.set(resource, Math.max(timeMs, latest.get(resource) ?? 0));
      const labels = this.#labels(view, row, metric, shared);
      const isStale = (points.flags[row]! & noRecordedValue) !== 0;
      const startMs = toMs(view, points.startTimeOffset[row]!);
      const exemplars = family.type === "gauge" ? [] : this.#exemplars(view, row);
      const isDelta = metrics.aggregationTemporality[metric] === delta;
      for (const one of value) into.point({ family, labels, value: one, isDelta, isStale, timeMs, startMs, exemplars });
    }
    if (!this.#options.hasTargetInfo) return;
    for (const [resource, timeMs] of latest) this.#targetInfo(resources.get(resource)!, timeMs, into);
  }

  #family(view: MetricView, metric: number): Family | Unusable {
    const { metrics } = view;
    const type = metrics.type[metric]!;
    if (type === MetricType.none) return "no type";
    const isGauge = type === MetricType.gauge || (type === MetricType.sum && metrics.isMonotonic[metric] === 0);
    if (!this.#takes(type, metrics.aggregationTemporality[metric]!)) return "delta";
    const unit = readString(view, metrics.unitOffset[metric]!, metrics.unitLength[metric]!);
    const kind: NamedKind = isGauge ? "gauge" : type === MetricType.sum ? "counter" : "other";
    const name = metricName(this.#options, nameOf(view, metric), unit, kind);
    if (name === undefined) return "no name";
    const { main, per } = unitSuffix(unit);
    return {
      name,
      type: isGauge
        ? "gauge"
        : type === MetricType.sum
          ? "counter"
          : type === MetricType.summary
            ? "summary"
            : "histogram",
      help: readString(view, metrics.descriptionOffset[metric]!, metrics.descriptionLength[metric]!),
      unit: hasSuffixes(this.#options.strategy) ? [main, per].filter((part) => part !== "").join("_") : "",
    };
  }

  #takes(type: number, temporality: number): boolean {
    if (type === MetricType.gauge || type === MetricType.summary || temporality === cumulative) return true;
    return this.#options.takesDelta && temporality === delta && type !== MetricType.exponentialHistogram;
  }

  #values(view: MetricView, row: number): PointValue[] | Unusable {
    const isStale = (view.points.flags[row]! & noRecordedValue) !== 0;
    switch (view.metrics.type[view.points.metric[row]!]) {
      case MetricType.histogram:
        return this.#histogram(view, row);
      case MetricType.exponentialHistogram: {
        const histogram = toNativeHistogram(readExponentialHistogramPoint(view, row));
        return histogram === undefined ? "scale" : [{ kind: "native", histogram }];
      }
      case MetricType.summary: {
        const { quantileValues, sum, count } = readSummaryPoint(view, row);
        return [{ kind: "summary", quantiles: quantileValues, sum, count: Number(count) }];
      }
      default: {
        const value = readNumberPoint(view, row);
        if (value === undefined && !isStale) return "no value";
        return [{ kind: "number", value: toNumber(value) }];
      }
    }
  }

  #histogram(view: MetricView, row: number): PointValue[] {
    const point = readHistogramPoint(view, row);
    const { histograms } = this.#options;
    const made: PointValue[] = [];
    if (histograms !== "classic") made.push({ kind: "native", histogram: toCustomHistogram(point) });
    if (histograms === "native") return made;
    let total = 0;
    const counts = point.explicitBounds.map((_, index) => (total += Number(point.bucketCounts[index] ?? 0n)));
    const count = Number(point.count);
    made.push({
      kind: "histogram",
      bounds: point.explicitBounds,
      cumulative: [...counts, count],
      sum: point.sum,
      count,
    });
    return made;
  }

  #labelName(key: string): string | undefined {
    if (this.#labelNames.has(key)) return this.#labelNames.get(key);
    if (this.#labelNames.size >= maxCachedNames) this.#labelNames.clear();
    const name = labelName(this.#options.strategy, key);
    this.#labelNames.set(key, name);
    return name;
  }

  #resourceLabels(view: MetricView, resource: number): ResourceLabels {
    const texts = attributeTexts(view, view.resources.firstAttribute[resource]!);
    const own = new Map(texts);
    const service = own.get("service.name") ?? "";
    const namespace = own.get("service.namespace") ?? "";
    const identity: Label[] = [
      ["job", service === "" || namespace === "" ? service : `${namespace}/${service}`],
      ["instance", own.get("service.instance.id") ?? ""],
    ];
    return {
      identity: identity.filter(([, value]) => value !== ""),
      converted: texts.filter(([key]) => this.#options.isResourceLabel(key)),
      described: texts.filter(([key]) => !identifying.has(key)),
    };
  }

  #labels(view: MetricView, row: number, metric: number, { identity, converted }: ResourceLabels): readonly Label[] {
    const attributes = new Map([...attributeTexts(view, view.points.firstAttribute[row]!), ...converted]);
    const labels = this.#sanitized([...attributes]);
    if (this.#options.hasScopeLabels) {
      for (const [name, value] of this.#scopeLabels(view, view.metrics.scope[metric]!)) labels.set(name, value);
    }
    for (const [name, value] of identity) labels.set(name, value);
    return this.#finish(labels);
  }

  /** Names that come to the same have their values put together, in the order of the keys. */
  #sanitized(attributes: readonly Label[]): Map<string, string> {
    const labels = new Map<string, string>();
    for (const [key, value] of attributes.toSorted(([a], [b]) => compareText(a, b))) {
      const name = this.#labelName(key);
      if (name === undefined || name === "__name__") continue;
      const before = labels.get(name);
      labels.set(name, before === undefined ? value : `${before};${value}`);
    }
    return labels;
  }

  #scopeLabels(view: MetricView, scope: number): Iterable<Label> {
    const { scopes } = view;
    const attributes = attributeTexts(view, scopes.firstAttribute[scope]!);
    return this.#sanitized([
      ...attributes.map(([key, value]): Label => [`otel_scope_${key}`, value]),
      ["otel_scope_name", readString(view, scopes.nameOffset[scope]!, scopes.nameLength[scope]!)],
      ["otel_scope_version", readString(view, scopes.versionOffset[scope]!, scopes.versionLength[scope]!)],
      ["otel_scope_schema_url", readString(view, scopes.schemaUrlOffset[scope]!, scopes.schemaUrlLength[scope]!)],
    ]);
  }

  #finish(labels: Map<string, string>): readonly Label[] {
    for (const [name, value] of this.#constant) if (!labels.has(name)) labels.set(name, value);
    // an empty label is none
    return [...labels].filter(([, value]) => value !== "").toSorted(([a], [b]) => compareText(a, b));
  }

  #exemplars(view: MetricView, row: number): Exemplar[] {
    const { exemplars } = view;
    const list: Exemplar[] = [];
    for (let at = view.points.firstExemplar[row]!; at !== -1; at = exemplars.next[at]!) {
      const ids: Label[] = [
        ["trace_id", readHex(view, exemplars.traceIdOffset[at]!, 16)],
        ["span_id", readHex(view, exemplars.spanIdOffset[at]!, 8)],
      ];
      const labels = ids.filter(([, value]) => value !== "");
      let characters = lengthOf(labels);
      for (const label of this.#sanitized(attributeTexts(view, exemplars.firstAttribute[at]!))) {
        characters += lengthOf([label]);
        if (characters <= maxExemplarCharacters) labels.push(label);
      }
      list.push({
        labels: labels.toSorted(([a], [b]) => compareText(a, b)),
        value: toNumber(readExemplarValue(view, at)),
        timeMs: toMs(view, exemplars.timeOffset[at]!),
      });
    }
    return list;
  }

  #targetInfo({ identity, described }: ResourceLabels, timeMs: number, into: Translation): void {
    if (identity.length === 0 || described.length === 0) return;
    const labels = this.#sanitized(described);
    for (const [name, value] of identity) labels.set(name, value);
    into.point({
      family: targetInfo(this.#options.namespace),
      labels: this.#finish(labels),
      value: { kind: "number", value: 1 },
      isDelta: false,
      isStale: false,
      timeMs,
      startMs: 0,
      exemplars: [],
    });
  }
}

interface ResourceLabels {
  /** `job` and `instance`, as far as they are known. */
  readonly identity: readonly Label[];
  /** Keys and values that are labels of every series. */
  readonly converted: readonly Label[];
  /** Keys and values that `target_info` tells. */
  readonly described: readonly Label[];
}

const identifying: ReadonlySet<string> = new Set(["service.name", "service.namespace", "service.instance.id"]);

function targetInfo(namespace: string): Family {
  return {
    name: namespace === "" ? "target_info" : `${namespace}_target_info`,
    type: "info",
    help: "Target metadata",
    unit: "",
  };
}

function nameOf(view: MetricView, metric: number): string {
  return readString(view, view.metrics.nameOffset[metric]!, view.metrics.nameLength[metric]!);
}

/** Keys and values as text; of a key sent twice the last counts. */
function attributeTexts(view: MetricView, first: number): Label[] {
  const { attributes } = view;
  const list: Label[] = [];
  for (let row = first; row !== -1; row = attributes.next[row]!) {
    list.push([readString(view, attributes.keyOffset[row]!, attributes.keyLength[row]!), textOf(view, row)]);
  }
  return list;
}

function textOf(view: MetricView, row: number): string {
  const { type, valueOffset, valueLength } = view.attributes;
  const columns = [type[row]!, valueOffset[row]!, valueLength[row]!] as const;
  try {
    return toElementText(readWireValue(view, ...columns));
  } catch {
    // a list with a number that JSON has no word for
    return toJsonText(readValue(view, ...columns));
  }
}

function toMs(view: MetricView, offset: number): number {
  return Number(readFixed64(view, offset) / 1_000_000n);
}

function toNumber(value: Measured): number {
  return value === undefined ? 0 : Number(value);
}

function lengthOf(labels: readonly Label[]): number {
  return labels.reduce((sum, [name, value]) => sum + Array.from(name).length + Array.from(value).length, 0);
}
