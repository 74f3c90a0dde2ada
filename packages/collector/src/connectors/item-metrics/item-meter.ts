import { Edits, readString, type View } from "@genscope/otlp";
import { encodeValue, type ProtoWriter } from "@genscope/otlp/proto";
import type { PipelineSignal } from "../../components.ts";
import type { SignalView } from "../../graph/index-request.ts";
import type { CountedRequest } from "../../graph/split-request.ts";
import { AttributeRows, WantedKeys } from "../../meter/attribute-rows.ts";
import { AttributesWriter } from "../../meter/encode-attributes.ts";
import { encodeScope } from "../../meter/encode-scope.ts";
import { Temporality } from "../../meter/instrument.ts";
import { KeyBuffer } from "@genscope/semconv/wire";
import type { Meter, Repeating } from "../../meter/meter.ts";
import { MetricsWriter, type MetricSource } from "../../meter/metrics-writer.ts";
import { attributesOfOverflow } from "../../meter/overflow.ts";
import { SeriesSet } from "../../meter/series-set.ts";
import { Sources } from "../../meter/sources.ts";
import type { StateReader } from "../../meter/state-reader.ts";
import { writeSeries } from "../../meter/write-series.ts";
import { Cursor, eachItem } from "../../ottl/index.ts";
import type { MetricRule, RuleAttribute } from "./metric-rule.ts";

export interface ItemMeterOptions {
  readonly rules: readonly MetricRule[];
  /** The scope that the metrics are of. */
  readonly scopeName: string;
  readonly isDelta: boolean;
  /** Series of one metric and resource; Infinity for no bound. */
  readonly maxSeries: number;
  /** Told of an item that a metric's rule could not measure. */
  readonly onError: (metric: string, error: unknown) => void;
}

const contextsOf: Readonly<Record<PipelineSignal, readonly MetricRule["context"][]>> = {
  traces: ["span", "spanevent"],
  metrics: ["metric", "datapoint"],
  logs: ["log"],
};
const encoder = new TextEncoder();
const maxSources = 10_000;

interface RuleSeries {
  readonly rule: MetricRule;
  readonly set: SeriesSet;
  /** Numbers of the keys of the rule's attributes. */
  readonly keys: readonly number[];
  /** Group by row of the request's resources. */
  readonly groups: Map<number, number>;
  /** Rows of the attributes of the item at hand, or -1. */
  readonly rows: Int32Array;
}

/** Makes metrics of items by rules: conditions, attributes, and a number of each item that is summed, kept or counted into buckets. */
export class ItemMeter implements Meter {
  readonly repeating: Repeating;
  readonly identity: string;
  readonly #options: ItemMeterOptions;
  readonly #series: readonly RuleSeries[];
  readonly #sources = new Sources();
  readonly #scope: Uint8Array;
  readonly #itemRows: AttributeRows;
  readonly #scopeRows: AttributeRows;
  readonly #resourceRows: AttributeRows;
  readonly #key = new KeyBuffer();
  readonly #writer = new AttributesWriter();
  #intervalStartMs = 0;

  constructor(options: ItemMeterOptions) {
    const { rules, scopeName, isDelta, maxSeries } = options;
    this.#options = options;
    this.repeating = isDelta ? "once" : "anew";
    const wanted = new WantedKeys(rules.flatMap(({ attributes }) => attributes.map(({ key }) => key)));
    this.#itemRows = new AttributeRows(wanted);
    this.#scopeRows = new AttributeRows(wanted);
    this.#resourceRows = new AttributeRows(wanted);
    const overflowAttributes = attributesOfOverflow();
    this.#series = rules.map((rule) => ({
      rule,
      set: new SeriesSet({ instruments: [rule.measure.instrument], maxPerGroup: maxSeries, overflowAttributes }),
      keys: rule.attributes.map(({ key }) => wanted.numberOf(key)),
      groups: new Map(),
      rows: new Int32Array(rule.attributes.length),
    }));
    this.#scope = encodeScope(scopeName);
    this.identity = JSON.stringify([
      isDelta,
      rules.map(({ context, attributes, resource, measure: { kind, instrument } }) => [
        context,
        attributes,
        resource,
        kind,
        instrument.metric,
      ]),
    ]);
  }

  consume(request: SignalView, receivedAtMs: number): void {
    const cursor = new Cursor({ ...request, edits: new Edits() });
    for (const { groups } of this.#series) groups.clear();
    for (const context of contextsOf[request.signal]) {
      const own = this.#series.filter(({ rule }) => rule.context === context);
      if (own.length === 0) continue;
      let scope = -1;
      let resource = -1;
      eachItem(context, cursor, () => {
        this.#itemRows.read(cursor.view, firstAttributeOf(cursor, context));
        if (cursor.scope !== scope)
          this.#scopeRows.read(cursor.view, cursor.view.scopes.firstAttribute[(scope = cursor.scope)]!);
        if (cursor.resource !== resource) {
          resource = cursor.resource;
          this.#resourceRows.read(cursor.view, cursor.view.resources.firstAttribute[resource]!);
        }
        for (const each of own) this.#measure(each, cursor, receivedAtMs);
      });
    }
  }

  #measure(each: RuleSeries, cursor: Cursor, receivedAtMs: number): void {
    const { rule } = each;
    const { measure } = rule;
    try {
      if (!rule.fits(cursor) || !this.#findRows(each)) return;
      const value = measure.value(cursor);
      if (value === null) return;
      const count = measure.kind === "distribution" ? measure.count(cursor) : null;
      if (measure.kind === "distribution" && count === null) return;
      const series = this.#seriesOf(each, cursor.view, cursor.resource, receivedAtMs);
      if (measure.kind === "distribution") measure.instrument.record(series, Number(value), Number(count));
      else {
        if (typeof value === "number") measure.instrument.measureDoubles();
        if (measure.kind === "sum") measure.instrument.add(series, Number(value));
        else measure.instrument.set(series, Number(value));
      }
    } catch (error) {
      this.#options.onError(measure.instrument.metric.name, error);
    }
  }

  /** Where the item has the rule's attributes; false if one is missing that is needed. */
  #findRows({ rule, keys, rows }: RuleSeries): boolean {
    for (const [at, key] of keys.entries()) {
      let row = this.#itemRows.rowOf(key);
      if (row === -1 && rule.looksAround) row = this.#scopeRows.rowOf(key);
      if (row === -1 && rule.looksAround) row = this.#resourceRows.rowOf(key);
      rows[at] = row;
      const { fallback, isNeeded } = rule.attributes[at]!;
      if (row === -1 && fallback === undefined && isNeeded) return false;
    }
    return true;
  }

  #seriesOf(each: RuleSeries, view: View, resource: number, receivedAtMs: number): number {
    const { rule, set, rows, groups } = each;
    let group = groups.get(resource);
    if (group === undefined) groups.set(resource, (group = this.#groupOf(rule, view, resource, receivedAtMs)));
    const key = this.#key;
    key.reset();
    key.number(group);
    const { bytes, attributes } = view;
    for (const [at, row] of rows.entries()) {
      const { fallback } = rule.attributes[at]!;
      if (row !== -1) {
        key.byte(attributes.type[row]!);
        key.text(bytes, attributes.valueOffset[row]!, attributes.valueLength[row]!);
      } else if (fallback === undefined) key.byte(0xff);
      else {
        const encoded = encodeValue(fallback);
        key.byte(0xfe);
        key.text(encoded, 0, encoded.length);
      }
    }
    const known = set.find(key, receivedAtMs);
    if (known !== -1) return known;
    const startMs = this.#options.isDelta && this.#intervalStartMs > 0 ? this.#intervalStartMs : receivedAtMs;
    return set.add(key, group, this.#attributesOf(rule.attributes, rows, view), startMs, receivedAtMs);
  }

  #attributesOf(attributes: readonly RuleAttribute[], rows: Int32Array, view: View): Uint8Array {
    for (const [at, { key, fallback }] of attributes.entries()) {
      const row = rows[at]!;
      if (row !== -1) this.#writer.copy(encoder.encode(key), view, row);
      else if (fallback !== undefined) this.#writer.value(encoder.encode(key), fallback);
    }
    return this.#writer.finish();
  }

  #groupOf({ resource: naming }: MetricRule, view: View, resource: number, seenMs: number): number {
    const { attributes, resources } = view;
    const rows = new Map<string, number>();
    for (let row = resources.firstAttribute[resource] ?? -1; row !== -1; row = attributes.next[row]!) {
      rows.set(readString(view, attributes.keyOffset[row]!, attributes.keyLength[row]!), row);
    }
    const wanted = naming === "all" ? [...rows.keys()].toSorted() : naming.map(({ key }) => key);
    for (const key of wanted) {
      const row = rows.get(key);
      const fallback = naming === "all" ? undefined : naming.find((one) => one.key === key)?.fallback;
      if (row !== undefined) this.#writer.copy(encoder.encode(key), view, row);
      else if (fallback !== undefined) this.#writer.value(encoder.encode(key), fallback);
    }
    const encoded = this.#writer.finish();
    return this.#sources.numberOf(encoded, seenMs, (): MetricSource => ({ resource: encoded, scope: this.#scope }));
  }

  collect(timeMs: number): readonly CountedRequest[] {
    const { isDelta } = this.#options;
    const writer = new MetricsWriter(isDelta ? Temporality.delta : Temporality.cumulative);
    const sets = this.#series.map(({ set }) => set);
    if (!isDelta && this.#sources.size > maxSources) {
      this.#sources.prune(-Infinity, maxSources);
      for (const set of sets) set.retain((series) => this.#sources.has(set.groupOf(series)));
    }
    writeSeries(writer, sets, (group) => this.#sources.sourceOf(group), timeMs);
    if (isDelta) {
      for (const set of sets) set.retain(() => false);
      this.#sources.prune(Infinity, 0);
      this.#intervalStartMs = timeMs;
    }
    return writer.finish();
  }

  save(out: ProtoWriter): void {
    out.double(this.#intervalStartMs);
    this.#sources.save(out);
    for (const { set } of this.#series) set.save(out);
  }

  load(state: StateReader): void {
    this.#intervalStartMs = state.double();
    this.#sources.load(state);
    for (const { set } of this.#series) set.load(state);
  }
}

/** The first attribute of the item a cursor is at; -1 for a metric, which has none. */
export function firstAttributeOf(cursor: Cursor, context: MetricRule["context"]): number {
  switch (context) {
    case "span":
      return cursor.traces.spans.firstAttribute[cursor.span]!;
    case "spanevent":
      return cursor.traces.events.firstAttribute[cursor.event]!;
    case "log":
      return cursor.logs.logs.firstAttribute[cursor.log]!;
    case "datapoint":
      return cursor.metrics.points.firstAttribute[cursor.point]!;
    default:
      return -1;
  }
}
