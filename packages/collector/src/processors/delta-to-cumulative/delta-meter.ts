import {
  Edits,
  encode,
  MetricType,
  type MetricView,
  readAttributes,
  readExponentialHistogramPoint,
  readFixed64,
  readHistogramPoint,
  readNumberPoint,
  readString,
} from "@genscope/otlp";
import { encodeValue, type ProtoWriter } from "@genscope/otlp/proto";
import { createItemCount, type SignalView } from "../../graph/index-request.ts";
import { signalOf } from "../../graph/signals.ts";
import type { CountedRequest } from "../../graph/split-request.ts";
import type { Telemetry } from "../../graph/telemetry.ts";
import { AttributesWriter, writeAttributes } from "../../meter/encode-attributes.ts";
import { encodeScope } from "../../meter/encode-scope.ts";
import { ExponentialHistogram } from "../../meter/exponential-histogram.ts";
import { Histogram } from "../../meter/histogram.ts";
import { DataField, type MetricIdentity, Temporality } from "../../meter/instrument.ts";
import { KeyBuffer } from "@genscope/semconv/wire";
import type { Meter } from "../../meter/meter.ts";
import { MetricsWriter } from "../../meter/metrics-writer.ts";
import { NumberInstrument } from "../../meter/number-instrument.ts";
import { SeriesSet } from "../../meter/series-set.ts";
import { Sources } from "../../meter/sources.ts";
import type { StateReader } from "../../meter/state-reader.ts";
import { writeNano } from "../../meter/write-number.ts";
import { writeText } from "../../meter/write-state.ts";
import type { DeltaToCumulativeConfig } from "./config.ts";
import { PointTimes } from "./point-times.ts";

/** One metric, by name, unit, kind and bounds, and the sums of its series. */
interface Metric {
  readonly identity: MetricIdentity;
  readonly bounds: readonly number[];
  readonly instrument: NumberInstrument | Histogram | ExponentialHistogram;
  readonly times: PointTimes;
  readonly set: SeriesSet;
  /** Series that have something new to say. */
  readonly changed: Set<number>;
}

const maxBuckets = 160;
const nothing = new Uint8Array(0);
const encoder = new TextEncoder();
/** `AGGREGATION_TEMPORALITY_DELTA`. */
const delta = 1;

function msOf(view: MetricView, offset: number): number {
  return Number(readFixed64(view, offset) / 1_000n) / 1_000;
}

/** Makes sums of differences; other metrics go on as they came, in front of them. */
export class DeltaMeter implements Meter {
  readonly repeating = "again";
  readonly identity = "streams";
  readonly #config: DeltaToCumulativeConfig;
  readonly #metrics = new Map<string, Metric>();
  readonly #sources = new Sources();
  readonly #key = new KeyBuffer();
  readonly #attributes = new AttributesWriter();
  readonly #itemCount = createItemCount();
  readonly #count: (error?: string) => void;
  #passing: CountedRequest[] = [];

  constructor(config: DeltaToCumulativeConfig, id: string, telemetry: Telemetry) {
    this.#config = config;
    this.#count = (error) => {
      const labels = { processor: id, ...(error === undefined ? {} : { error }) };
      telemetry.counter("otelcol_deltatocumulative_datapoints", labels).add(1);
    };
    telemetry.gauge("otelcol_deltatocumulative_streams_tracked", () => this.#streams, { processor: id });
  }

  get #streams(): number {
    let streams = 0;
    for (const { set } of this.#metrics.values()) streams += set.count;
    return streams;
  }

  consume(request: SignalView, receivedAtMs: number): void {
    if (request.signal !== "metrics") return;
    const { view } = request;
    const { metrics, points } = view;
    const edits = new Edits();
    const summed = new Map<number, Metric>();
    for (let row = 0; row < metrics.count; row++) {
      const kind = metrics.type[row]!;
      const isSummed =
        metrics.aggregationTemporality[row] === delta &&
        (kind === MetricType.sum || kind === MetricType.histogram || kind === MetricType.exponentialHistogram);
      if (isSummed) edits.drop("metric", row);
    }
    for (let point = 0; point < points.count; point++) {
      const row = points.metric[point]!;
      if (edits.isDropped("metric", row)) this.#point(view, point, summed, receivedAtMs);
    }
    this.#pass(encode(view, edits));
  }

  #pass(request: Uint8Array): void {
    const itemCount = this.#itemCount(signalOf.metrics, request);
    if (itemCount > 0) this.#passing.push({ request: request.slice(), itemCount });
  }

  #point(view: MetricView, point: number, known: Map<number, Metric>, receivedAtMs: number): void {
    const { metrics, points } = view;
    const row = points.metric[point]!;
    const isHistogram = metrics.type[row] === MetricType.histogram;
    // points of one histogram may have bounds of their own
    const read = isHistogram ? readHistogramPoint(view, point) : undefined;
    let metric = read === undefined ? known.get(row) : undefined;
    if (metric === undefined) known.set(row, (metric = this.#metricOf(view, row, read?.explicitBounds ?? [])));
    const startMs = msOf(view, points.startTimeOffset[point]!);
    const timeMs = msOf(view, points.timeOffset[point]!);
    const series = this.#seriesOf(metric, view, point, startMs === 0 ? timeMs : startMs, receivedAtMs);
    if (series === -1) return this.#count("limit");
    const { times, set, instrument, changed } = metric;
    if (times.of(series) > 0 && startMs > 0 && startMs < set.startMsOf(series))
      return this.#count("delta.ErrOlderStart");
    if (timeMs <= times.of(series)) return this.#count("delta.ErrOutOfOrder");
    times.set(series, timeMs);
    changed.add(series);
    this.#count();
    if (read !== undefined && instrument instanceof Histogram) {
      instrument.merge(series, read.bucketCounts.map(Number), read.sum ?? 0);
    } else if (instrument instanceof ExponentialHistogram) {
      const { scale, sum = 0, zeroCount, positive, negative } = readExponentialHistogramPoint(view, point);
      const counts = ({ offset, bucketCounts }: typeof positive) => ({ offset, counts: bucketCounts.map(Number) });
      instrument.merge(series, {
        scale,
        sum,
        zeroCount: Number(zeroCount),
        positive: counts(positive),
        negative: counts(negative),
      });
    } else if (instrument instanceof NumberInstrument) {
      const value = readNumberPoint(view, point);
      if (typeof value === "number") instrument.measureDoubles();
      instrument.add(series, Number(value ?? 0));
    }
  }

  #metricOf(view: MetricView, row: number, bounds: readonly number[]): Metric {
    const { metrics } = view;
    const text = (offsets: Int32Array, lengths: Int32Array): string => readString(view, offsets[row]!, lengths[row]!);
    const description = text(metrics.descriptionOffset, metrics.descriptionLength);
    const unit = text(metrics.unitOffset, metrics.unitLength);
    return this.#metric(
      {
        name: text(metrics.nameOffset, metrics.nameLength),
        ...(description === "" ? {} : { description }),
        ...(unit === "" ? {} : { unit }),
        data: metrics.type[row] as DataField,
        isMonotonic: metrics.isMonotonic[row] === 1,
      },
      bounds,
    );
  }

  #metric(identity: MetricIdentity, bounds: readonly number[]): Metric {
    const { name, unit, data, isMonotonic } = identity;
    const key = JSON.stringify([name, unit, data, isMonotonic, bounds]);
    const known = this.#metrics.get(key);
    if (known !== undefined) return known;
    const instrument = instrumentOf(identity, bounds);
    const times = new PointTimes();
    const set = new SeriesSet({ instruments: [instrument, times], maxPerGroup: Infinity, overflowAttributes: nothing });
    const made: Metric = { identity, bounds, instrument, times, set, changed: new Set() };
    this.#metrics.set(key, made);
    return made;
  }

  /** The series of a point; -1 if it is new and there is no room. */
  #seriesOf({ set }: Metric, view: MetricView, point: number, startMs: number, seenMs: number): number {
    const { metrics, points } = view;
    const group = this.#groupOf(view, metrics.scope[points.metric[point]!]!, seenMs);
    const pairs = readAttributes(view, points.firstAttribute[point]!).toSorted((a, b) => (a.key < b.key ? -1 : 1));
    const key = this.#key;
    key.reset();
    key.number(group);
    for (const { key: name, value } of pairs) {
      for (const part of [encoder.encode(name), encodeValue(value)]) key.text(part, 0, part.length);
    }
    const known = set.find(key, seenMs);
    if (known !== -1) return known;
    if (this.#streams >= this.#config.max_streams) return -1;
    for (const { key: name, value } of pairs) this.#attributes.value(encoder.encode(name), value);
    return set.add(key, group, this.#attributes.finish(), startMs, seenMs);
  }

  #groupOf(view: MetricView, scope: number, seenMs: number): number {
    const { scopes, resources } = view;
    const out = this.#attributes;
    for (const { key, value } of readAttributes(view, resources.firstAttribute[scopes.resource[scope]!]!)) {
      out.value(encoder.encode(key), value);
    }
    const resource = out.finish();
    const scopeBytes = scopeOf(view, scope);
    return this.#sources.numberOf(Buffer.concat([resource, encoder.encode("\u0000"), scopeBytes]), seenMs, () => ({
      resource,
      scope: scopeBytes,
    }));
  }

  collect(timeMs: number): readonly CountedRequest[] {
    const passing = this.#passing;
    this.#passing = [];
    const writer = new MetricsWriter(Temporality.cumulative);
    for (const { set, times, instrument, changed } of this.#metrics.values()) {
      for (const series of changed) {
        writer.of(this.#sources.sourceOf(set.groupOf(series)), instrument.metric);
        const out = writer.begin();
        writeAttributes(out, instrument.attributesField, set.attributesOf(series));
        writeNano(out, 2, set.startMsOf(series));
        writeNano(out, 3, times.of(series));
        instrument.writeValue(out, series);
        writer.end();
      }
      changed.clear();
    }
    this.#forget(timeMs - this.#config.max_stale);
    return [...passing, ...writer.finish()];
  }

  #forget(sinceMs: number): void {
    for (const [key, { set }] of this.#metrics) {
      set.retain((series) => set.seenMsOf(series) >= sinceMs);
      if (set.count === 0) this.#metrics.delete(key);
    }
    this.#sources.prune(sinceMs, Infinity);
  }

  save(out: ProtoWriter): void {
    this.#sources.save(out);
    out.varint(this.#metrics.size);
    for (const { identity, bounds, set } of this.#metrics.values()) {
      writeText(out, JSON.stringify({ identity, bounds }));
      set.save(out);
    }
  }

  load(state: StateReader): void {
    this.#sources.load(state);
    for (let count = state.varint(); count > 0; count--) {
      const { identity, bounds } = JSON.parse(state.text()) as Pick<Metric, "identity" | "bounds">;
      this.#metric(identity, bounds).set.load(state);
    }
  }
}

function instrumentOf(identity: MetricIdentity, bounds: readonly number[]): Metric["instrument"] {
  if (identity.data === DataField.histogram) return new Histogram(identity, bounds);
  if (identity.data === DataField.exponentialHistogram) return new ExponentialHistogram(identity, maxBuckets);
  return new NumberInstrument(identity, DataField.sum);
}

/** The content of an `InstrumentationScope`: name, version and attributes as they came. */
function scopeOf(view: MetricView, scope: number): Uint8Array {
  const { scopes } = view;
  const writer = new AttributesWriter();
  for (const { key, value } of readAttributes(view, scopes.firstAttribute[scope]!)) {
    writer.value(encoder.encode(key), value);
  }
  return encodeScope(
    readString(view, scopes.nameOffset[scope]!, scopes.nameLength[scope]!),
    readString(view, scopes.versionOffset[scope]!, scopes.versionLength[scope]!),
    writer.finish(),
  );
}
