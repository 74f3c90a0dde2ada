import type { TraceView } from "@genscope/otlp";
import { AttributesWriter } from "../../meter/encode-attributes.ts";
import type { KeyBuffer } from "@genscope/semconv/wire";
import type { KeyRows, WantedKeys } from "../../meter/attribute-rows.ts";
import type { Dimension, DimensionPlan } from "./dimension-plan.ts";

const encoder = new TextEncoder();
const kinds = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"].map((kind) =>
  encoder.encode(`SPAN_KIND_${kind}`),
);
const statuses = ["UNSET", "OK", "ERROR"].map((status) => encoder.encode(`STATUS_CODE_${status}`));
const methods = ["counted", "extrapolated"].map((method) => encoder.encode(method));

const labels = {
  serviceName: encoder.encode("service.name"),
  spanName: encoder.encode("span.name"),
  spanKind: encoder.encode("span.kind"),
  statusCode: encoder.encode("status.code"),
  scopeName: encoder.encode("span.instrumentation.scope.name"),
  scopeVersion: encoder.encode("span.instrumentation.scope.version"),
  samplingMethod: encoder.encode("sampling.method"),
  collectorInstance: encoder.encode("collector.instance.id"),
};

export interface LabelOptions {
  readonly hasServiceName: boolean;
  readonly hasSpanName: boolean;
  readonly hasSpanKind: boolean;
  readonly hasStatusCode: boolean;
  readonly hasSamplingMethod: boolean;
  /** The same on every series, if it is given. */
  readonly collectorInstance: string | undefined;
}

/** The span that a series is looked for. */
export interface LabelledSpan {
  view: TraceView;
  row: number;
  group: number;
  /** Row of `service.name`, or -1. */
  serviceRow: number;
  /** Whether the span's scope is one that tells series apart. */
  isScopeNamed: boolean;
  isExtrapolated: boolean;
}

const absent = 0;
const textType = 1;

/**
 * Tells series apart by the dimensions of a plan: writes a span's key, and for a key that is new the attributes. The sources of values come in the order in
 * which they count: the span, then what is around it.
 */
export class SeriesLabels {
  readonly #dimensions: readonly Dimension[];
  readonly #numbers: readonly (readonly number[])[];
  readonly #hasGlobs: boolean;
  readonly #sources: readonly KeyRows[];
  readonly #options: LabelOptions;
  /** Row of each dimension's value, or -1, as the last key had them. */
  readonly #rows: Int32Array;
  readonly #others: { key: string; row: number }[] = [];
  readonly #writer = new AttributesWriter();

  constructor(plan: DimensionPlan, wanted: WantedKeys, sources: readonly KeyRows[], options: LabelOptions) {
    this.#dimensions = plan.dimensions;
    this.#numbers = plan.dimensions.map(({ keys }) => keys.map((key) => wanted.numberOf(key)));
    this.#hasGlobs = plan.globs.length > 0;
    this.#sources = sources;
    this.#options = options;
    this.#rows = new Int32Array(plan.dimensions.length);
  }

  writeKey(key: KeyBuffer, { view, row, group, serviceRow, isScopeNamed, isExtrapolated }: LabelledSpan): void {
    const { bytes, spans, scopes } = view;
    const { hasServiceName, hasSpanName, hasSpanKind, hasStatusCode, hasSamplingMethod } = this.#options;
    key.reset();
    key.number(group);
    if (hasServiceName) this.#writeValue(key, view, serviceRow);
    if (hasSpanName) key.text(bytes, spans.nameOffset[row]!, spans.nameLength[row]!);
    if (hasSpanKind) key.byte(spans.kind[row]!);
    if (hasStatusCode) key.byte(spans.statusCode[row]!);
    if (hasSamplingMethod) key.byte(isExtrapolated ? 1 : 0);
    if (isScopeNamed) {
      const scope = spans.scope[row]!;
      key.text(bytes, scopes.nameOffset[scope]!, scopes.nameLength[scope]!);
      key.text(bytes, scopes.versionOffset[scope]!, scopes.versionLength[scope]!);
    }
    for (let at = 0; at < this.#dimensions.length; at++) {
      const found = this.#rowOf(this.#numbers[at]!);
      this.#rows[at] = found;
      const { fallback } = this.#dimensions[at]!;
      if (found !== -1 || fallback === undefined) this.#writeValue(key, view, found);
      else {
        key.byte(textType);
        key.text(fallback, 0, fallback.length);
      }
    }
    if (this.#hasGlobs) this.#writeOthers(key, view);
  }

  #rowOf(numbers: readonly number[]): number {
    for (const source of this.#sources) {
      for (const number of numbers) {
        const row = source.rowOf(number);
        if (row !== -1) return row;
      }
    }
    return -1;
  }

  #writeValue(key: KeyBuffer, { bytes, attributes }: TraceView, row: number): void {
    if (row === -1) return key.byte(absent);
    key.byte(attributes.type[row]!);
    key.text(bytes, attributes.valueOffset[row]!, attributes.valueLength[row]!);
  }

  #writeOthers(key: KeyBuffer, view: TraceView): void {
    const others = this.#others;
    others.length = 0;
    for (const source of this.#sources) {
      for (const one of source.others) if (!others.some((known) => known.key === one.key)) others.push(one);
    }
    others.sort((a, b) => (a.key < b.key ? -1 : 1));
    for (const { key: name, row } of others) {
      const bytes = encoder.encode(name);
      key.text(bytes, 0, bytes.length);
      this.#writeValue(key, view, row);
    }
  }

  /** The attributes of the series whose key was written last. */
  attributes({ view, row, serviceRow, isScopeNamed, isExtrapolated }: LabelledSpan): Uint8Array {
    const { bytes, spans, scopes } = view;
    const { hasServiceName, hasSpanName, hasSpanKind, hasStatusCode, hasSamplingMethod, collectorInstance } =
      this.#options;
    const out = this.#writer;
    const word = (label: Uint8Array, value: Uint8Array): void => out.text(label, value, 0, value.length);
    if (hasServiceName && serviceRow !== -1) out.copy(labels.serviceName, view, serviceRow);
    if (hasSpanName) out.text(labels.spanName, bytes, Math.max(0, spans.nameOffset[row]!), spans.nameLength[row]!);
    if (hasSpanKind) word(labels.spanKind, kinds[spans.kind[row]!] ?? kinds[0]!);
    if (hasStatusCode) word(labels.statusCode, statuses[spans.statusCode[row]!] ?? statuses[0]!);
    if (hasSamplingMethod) word(labels.samplingMethod, methods[isExtrapolated ? 1 : 0]!);
    if (collectorInstance !== undefined) word(labels.collectorInstance, encoder.encode(collectorInstance));
    if (isScopeNamed) {
      const scope = spans.scope[row]!;
      out.text(labels.scopeName, bytes, scopes.nameOffset[scope]!, scopes.nameLength[scope]!);
      if (scopes.versionLength[scope]! > 0) {
        out.text(labels.scopeVersion, bytes, scopes.versionOffset[scope]!, scopes.versionLength[scope]!);
      }
    }
    for (const [at, { labelBytes, fallback }] of this.#dimensions.entries()) {
      const found = this.#rows[at]!;
      if (found !== -1) out.copy(labelBytes, view, found);
      else if (fallback !== undefined) word(labelBytes, fallback);
    }
    if (this.#hasGlobs) for (const { key, row: found } of this.#others) out.copy(encoder.encode(key), view, found);
    return out.finish();
  }
}
