import { readString, readUint32, type TraceView } from "@genscope/otlp";
import type { ProtoWriter } from "@genscope/otlp/proto";
import type { Pricing } from "@genscope/semconv/prices";
import {
  adjustedCountAt,
  callClassOf,
  CallPricer,
  KeyBuffer,
  SpanReader,
  usageKinds,
  UsageLineage,
  UsageReader,
} from "@genscope/semconv/wire";
import type { SignalView } from "../../graph/index-request.ts";
import type { CountedRequest } from "../../graph/split-request.ts";
import type { Counter, Telemetry } from "../../graph/telemetry.ts";
import type { Exemplars } from "../../meter/exemplars.ts";
import { Temporality } from "../../meter/instrument.ts";
import type { Meter, Repeating } from "../../meter/meter.ts";
import { MetricsWriter } from "../../meter/metrics-writer.ts";
import type { SeriesSet } from "../../meter/series-set.ts";
import type { StateReader } from "../../meter/state-reader.ts";
import { writeSeries } from "../../meter/write-series.ts";
import { compileGlob } from "../../ottl/text/glob.ts";
import { AttributeRows, type KeyRows, SpanReaderRows, WantedKeys } from "../../meter/attribute-rows.ts";
import { builtInDimensions, isDelta, type SpanMetricsConfig } from "./config.ts";
import { type DimensionPlan, planDimensions } from "./dimension-plan.ts";
import { ResourceSources } from "./resource-sources.ts";
import { type LabelledSpan, SeriesLabels } from "./series-labels.ts";
import { createSpanMetricSets, type MetricFamily, type SpanMetricSets } from "./span-metric-sets.ts";

export interface SpanMeterOptions {
  readonly config: SpanMetricsConfig;
  /** Undefined where neither tokens nor cost are wanted. */
  readonly pricing: Pricing | undefined;
  /** What `collector.instance.id` says on every series; without it there is none. */
  readonly collectorInstance?: string | undefined;
  readonly id: string;
  readonly telemetry: Telemetry;
  readonly warn: (message: string) => void;
}

/** A family with what finds a span's series in it. */
interface Labelled {
  readonly set: SeriesSet;
  readonly labels: SeriesLabels;
}

const serviceName = "service.name";
const twoTo32 = 2 ** 32;
/** Models without a price that have a series of their own in the collector's metrics. */
const maxUnpricedModels = 200;

/** Calls, durations, events, tokens and cost, from spans on the wire; no object is made for a span whose series is known. */
export class SpanMeter implements Meter {
  readonly repeating: Repeating;
  readonly identity: string;
  readonly #options: SpanMeterOptions;
  readonly #config: SpanMetricsConfig;
  readonly #sets: SpanMetricSets;
  readonly #base: Labelled;
  readonly #callsLabels: Labelled;
  readonly #durationLabels: Labelled | undefined;
  readonly #eventsLabels: Labelled | undefined;
  readonly #families: readonly SeriesSet[];
  readonly #key = new KeyBuffer();
  readonly #sources: ResourceSources;
  readonly #resourceRows: AttributeRows;
  /** Undefined where the reader finds the keys on its way. */
  readonly #spanRows: AttributeRows | undefined;
  readonly #eventRows: AttributeRows;
  readonly #serviceNumber: number;
  readonly #scopes: ReadonlySet<string>;
  readonly #reader: SpanReader;
  readonly #usageReader = new UsageReader();
  readonly #usage = new Float64Array(usageKinds.length);
  readonly #lineage = new UsageLineage();
  readonly #pricer: CallPricer | undefined;
  readonly #isDelta: boolean;
  readonly #perUnit: number;
  readonly #rolledUp: Counter;
  #unpricedModels = 0;
  #intervalStartMs = 0;

  constructor(options: SpanMeterOptions) {
    const { config, pricing, id, telemetry } = options;
    this.#options = options;
    this.#config = config;
    this.#isDelta = isDelta(config);
    this.repeating = this.#isDelta ? "once" : "anew";
    this.#perUnit = config.histogram.unit === "s" ? 1e9 : 1e6;
    this.#sets = createSpanMetricSets(config, pricing !== undefined);
    this.#scopes = new Set(config.include_instrumentation_scope);
    const { base, callsFamily, durationFamily, eventsFamily } = this.#sets;
    const without = [...builtInDimensions, ...config.exclude_dimensions];
    const families = [...new Set([base, callsFamily, durationFamily, eventsFamily])].filter((one) => one !== undefined);
    const plans = new Map(families.map((family) => [family, planDimensions(family.dimensions, without)]));
    const wanted = new WantedKeys([
      serviceName,
      ...[...plans.values()].flatMap(({ dimensions }) => dimensions.flatMap(({ keys }) => keys)),
    ]);
    const isOther = otherKeys([...plans.values()]);
    this.#resourceRows = new AttributeRows(wanted, isOther);

    const findsOnItsWay = pricing !== undefined && isOther === undefined;
    this.#reader = new SpanReader(findsOnItsWay ? wanted.keys : []);
    this.#spanRows = findsOnItsWay ? undefined : new AttributeRows(wanted, isOther);
    const spanRows = this.#spanRows ?? new SpanReaderRows(this.#reader);
    this.#eventRows = new AttributeRows(wanted, isOther);
    this.#serviceNumber = wanted.numberOf(serviceName);
    const labelled = new Map(
      families.map((family) => {
        const around = family === eventsFamily ? [this.#eventRows, this.#resourceRows] : [this.#resourceRows];
        return [family, this.#labelled(family, plans.get(family)!, wanted, [spanRows, ...around])];
      }),
    );
    this.#base = labelled.get(base)!;
    this.#callsLabels = labelled.get(callsFamily)!;
    this.#durationLabels = durationFamily === undefined ? undefined : labelled.get(durationFamily);
    this.#eventsLabels = eventsFamily === undefined ? undefined : labelled.get(eventsFamily);
    this.#families = families.map(({ set }) => set);
    this.#sources = new ResourceSources(config);
    this.#rolledUp = telemetry.counter("otelcol_connector_span_metrics_rolled_up_spans", { connector: id });
    this.#pricer =
      pricing === undefined || !config.cost.enabled
        ? undefined
        : new CallPricer(pricing, (provider, model) => this.#unpriced(provider, model));
    this.identity = JSON.stringify([
      config.namespace,
      config.histogram,
      families.map(({ set, dimensions }) => [dimensions, set.instruments.map(({ metric }) => metric.name)]),
      config.exclude_dimensions,
      config.resource_metrics_key_attributes,
      config.add_resource_attributes,
      config.include_instrumentation_scope,
      config.enable_metrics_sampling_method,
      this.#isDelta,
      ...(options.collectorInstance === undefined ? [] : [options.collectorInstance]),
    ]);
    for (const set of this.#families) {
      telemetry.gauge("otelcol_connector_span_metrics_series", () => set.count, {
        connector: id,
        metric: set.instruments[0]?.metric.name ?? "",
      });
    }
  }

  #labelled(family: MetricFamily, plan: DimensionPlan, wanted: WantedKeys, sources: readonly KeyRows[]): Labelled {
    const has = (name: string): boolean => !this.#config.exclude_dimensions.includes(name);
    return {
      set: family.set,
      labels: new SeriesLabels(plan, wanted, sources, {
        hasServiceName: has(serviceName),
        hasSpanName: has("span.name"),
        hasSpanKind: has("span.kind"),
        hasStatusCode: has("status.code"),
        hasSamplingMethod: this.#config.enable_metrics_sampling_method,
        collectorInstance: this.#options.collectorInstance,
      }),
    };
  }

  /** Counts the calls of a model that has no price; said once, in the log as well. */
  #unpriced(provider: string, model: string): Counter {
    const { id, telemetry, warn } = this.#options;
    const name = model === "" ? "a model that spans do not name" : `"${model}"`;
    warn(`no price is known for ${name} of "${provider}": its calls are in no cost (docs/metering.md)`);
    const labels =
      this.#unpricedModels++ < maxUnpricedModels ? { provider, model } : { provider: "other", model: "other" };
    return telemetry.counter("otelcol_connector_span_metrics_unpriced_spans", { connector: id, ...labels });
  }

  consume(request: SignalView, receivedAtMs: number): void {
    if (request.signal !== "traces") return;
    const { view } = request;
    const { spans, scopes } = view;
    const span: LabelledSpan = { view, row: 0, group: 0, serviceRow: -1, isScopeNamed: false, isExtrapolated: false };
    let resource = -1;
    let scope = -1;
    for (let row = 0; row < spans.count; row++) {
      if (spans.resource[row] !== resource) {
        resource = spans.resource[row]!;
        this.#resourceRows.read(view, view.resources.firstAttribute[resource]!);
        span.serviceRow = this.#resourceRows.rowOf(this.#serviceNumber);
        span.group = this.#sources.groupOf(view, resource, span.serviceRow, receivedAtMs);
      }
      if (spans.scope[row] !== scope && this.#scopes.size > 0) {
        scope = spans.scope[row]!;
        const name = readString(view, scopes.nameOffset[scope]!, scopes.nameLength[scope]!);
        span.isScopeNamed = name !== "" && this.#scopes.has(name);
      }
      span.row = row;
      this.#span(span, receivedAtMs);
    }
  }

  #span(span: LabelledSpan, receivedAtMs: number): void {
    const { view, row } = span;
    const { bytes, spans, attributes } = view;
    const stateOffset = spans.traceStateOffset[row]!;
    const count = stateOffset === -1 ? 1 : adjustedCountAt(bytes, stateOffset, spans.traceStateLength[row]!);
    span.isExtrapolated = count !== 1;
    const first = spans.firstAttribute[row]!;
    this.#spanRows?.read(view, first);
    if (this.#options.pricing !== undefined) this.#reader.read(bytes, attributes, first);
    const base = this.#find(this.#base, span, receivedAtMs);
    const forCalls = this.#callsLabels === this.#base ? base : this.#find(this.#callsLabels, span, receivedAtMs);
    this.#sets.calls.add(forCalls, count);
    const duration = durationOf(view, row) / this.#perUnit;
    this.#exemplar(this.#sets.calls.exemplars, forCalls, duration, view, row);
    if (this.#durationLabels !== undefined) {
      const series = this.#durationLabels === this.#base ? base : this.#find(this.#durationLabels, span, receivedAtMs);
      this.#sets.duration!.record(series, duration, count);
      this.#exemplar(this.#sets.duration!.exemplars, series, duration, view, row);
    }
    if (this.#eventsLabels !== undefined) this.#events(this.#eventsLabels, span, count, duration, receivedAtMs);
    if (this.#options.pricing !== undefined) this.#tokens(base, span, count);
  }

  #find({ set, labels }: Labelled, span: LabelledSpan, receivedAtMs: number): number {
    labels.writeKey(this.#key, span);
    const known = set.find(this.#key, receivedAtMs);
    if (known !== -1) return known;
    const startMs = this.#isDelta && this.#intervalStartMs > 0 ? this.#intervalStartMs : receivedAtMs;
    return set.add(this.#key, span.group, labels.attributes(span), startMs, receivedAtMs);
  }

  #events(labelled: Labelled, span: LabelledSpan, count: number, duration: number, receivedAtMs: number): void {
    const { view, row } = span;
    const { events } = view;
    for (let event = view.spans.firstEvent[row]!; event !== -1; event = events.next[event]!) {
      this.#eventRows.read(view, events.firstAttribute[event]!);
      const series = this.#find(labelled, span, receivedAtMs);
      this.#sets.events!.add(series, count);
      this.#exemplar(this.#sets.events!.exemplars, series, duration, view, row);
    }
  }

  #tokens(series: number, { view, row }: LabelledSpan, count: number): void {
    const { bytes, spans } = view;
    const reader = this.#reader;
    const usage = this.#usageReader;
    const traceAt = spans.traceIdOffset[row]!;
    const spanAt = spans.spanIdOffset[row]!;
    const parentAt = spans.parentSpanIdOffset[row]!;
    if (!usage.read(bytes, view.attributes, reader)) {
      if (spanAt !== -1 && traceAt !== -1) this.#lineage.pass(reader.type, bytes, traceAt, spanAt, parentAt);
      return;
    }
    const values = this.#usage;
    values[0] = usage.input;
    values[1] = usage.output;
    values[2] = usage.cacheRead;
    values[3] = usage.cacheWrite;
    values[4] = usage.reasoning;
    values[5] = this.#pricer?.costOf(bytes, view.attributes, reader, usage, startMsOf(view, row)) ?? Number.NaN;
    if (spanAt !== -1 && traceAt !== -1) {
      if (this.#lineage.count(values, callClassOf(reader.type), bytes, traceAt, spanAt, parentAt))
        this.#rolledUp.add(1);
    }
    for (let kind = 0; kind < values.length; kind++) {
      const instrument = this.#sets.usage[kind];
      const value = values[kind]!;
      if (instrument === undefined || Number.isNaN(value)) continue;
      instrument.add(series, value * count);
      if (value > 0) this.#exemplar(instrument.exemplars, series, value, view, row);
    }
  }

  #exemplar(exemplars: Exemplars | undefined, series: number, value: number, view: TraceView, row: number): void {
    if (exemplars === undefined) return;
    const { spans, bytes } = view;
    exemplars.add(series, value, endMsOf(view, row), bytes, spans.traceIdOffset[row]!, spans.spanIdOffset[row]!);
  }

  collect(timeMs: number): readonly CountedRequest[] {
    const writer = new MetricsWriter(this.#isDelta ? Temporality.delta : Temporality.cumulative);
    if (!this.#isDelta) this.#expire(timeMs);
    writeSeries(writer, this.#families, (group) => this.#sources.sources.sourceOf(group), timeMs);
    for (const set of this.#families) for (const { exemplars } of set.instruments) exemplars?.clear();
    if (this.#isDelta) {
      for (const set of this.#families) set.retain(() => false);
      this.#sources.sources.prune(Infinity, 0);
      this.#intervalStartMs = timeMs;
    }
    return writer.finish();
  }

  /** Forgets what was not seen for as long as the configuration says, and the longest unseen resources above its number. */
  #expire(timeMs: number): void {
    const { metrics_expiration: resourceMs, series_expiration: seriesMs } = this.#config;
    const since = (expirationMs: number): number => (expirationMs > 0 ? timeMs - expirationMs : -Infinity);
    const { sources } = this.#sources;
    const arePruned = sources.prune(since(resourceMs), this.#config.resource_metrics_cache_size || Infinity);
    if (!arePruned && seriesMs <= 0) return;
    for (const set of this.#families) {
      set.retain((series) => sources.has(set.groupOf(series)) && set.seenMsOf(series) >= since(seriesMs));
    }
  }

  save(out: ProtoWriter): void {
    out.double(this.#intervalStartMs);
    this.#sources.sources.save(out);
    for (const set of this.#families) set.save(out);
    this.#lineage.save(out);
  }

  load(state: StateReader): void {
    this.#intervalStartMs = state.double();
    this.#sources.sources.load(state);
    for (const set of this.#families) set.load(state);
    this.#lineage.load(state);
  }
}

/** Keys that no dimension names and a pattern takes; each is tried once. */
function otherKeys(plans: readonly DimensionPlan[]): ((key: string) => boolean) | undefined {
  const globs = plans.flatMap((plan) => plan.globs).map((glob) => compileGlob("dimensions", glob));
  if (globs.length === 0) return undefined;
  const named = new Set(plans.flatMap(({ dimensions }) => dimensions.map(({ label }) => label)));
  const tried = new Map<string, boolean>();
  return (key) => {
    const known = tried.get(key);
    if (known !== undefined) return known;
    if (tried.size > 10_000) tried.clear();
    const isOther = !named.has(key) && globs.some((glob) => glob.test(key));
    tried.set(key, isOther);
    return isOther;
  };
}

/** Nanoseconds, 0 for a span that ends before it starts. Exact up to 104 days. */
function durationOf(view: TraceView, row: number): number {
  const start = view.spans.startTimeOffset[row]!;
  const end = view.spans.endTimeOffset[row]!;
  if (start === -1 || end === -1) return 0;
  const high = readUint32(view, end + 4) - readUint32(view, start + 4);
  return Math.max(0, high * twoTo32 + (readUint32(view, end) - readUint32(view, start)));
}

function msAt(view: TraceView, offset: number): number {
  return offset === -1 ? 0 : (readUint32(view, offset + 4) * twoTo32 + readUint32(view, offset)) / 1e6;
}

function startMsOf(view: TraceView, row: number): number {
  return msAt(view, view.spans.startTimeOffset[row]!);
}

function endMsOf(view: TraceView, row: number): number {
  return msAt(view, view.spans.endTimeOffset[row]!);
}
