import { readString, type TraceView } from "@genscope/otlp";
import { AttributesWriter } from "../../meter/encode-attributes.ts";
import { encodeScope } from "../../meter/encode-scope.ts";
import { KeyBuffer } from "@genscope/semconv/wire";
import type { MetricSource } from "../../meter/metrics-writer.ts";
import { Sources } from "../../meter/sources.ts";
import type { SpanMetricsConfig } from "./config.ts";

/** The scope of the metrics, by the Collector's name for it. */
const scope = encodeScope("spanmetricsconnector");
const nothing = new Uint8Array(0);
const encoder = new TextEncoder();

/** Keeps apart the series of resources, or where the metrics do not name resources, of services. */
export class ResourceSources {
  readonly sources: Sources = new Sources();
  readonly #hasAttributes: boolean;
  readonly #keyAttributes: ReadonlySet<string>;
  readonly #key = new KeyBuffer();

  constructor({ add_resource_attributes, resource_metrics_key_attributes }: SpanMetricsConfig) {
    this.#hasAttributes = add_resource_attributes === true;
    this.#keyAttributes = new Set(resource_metrics_key_attributes);
  }

  /** The number that a resource's series have in their keys. */
  groupOf(view: TraceView, resource: number, serviceRow: number, seenMs: number): number {
    const key = this.#key;
    key.reset();
    const { bytes, attributes, resources } = view;
    const value = (row: number): void => {
      key.byte(attributes.type[row]!);
      key.text(bytes, attributes.valueOffset[row]!, attributes.valueLength[row]!);
    };
    if (!this.#hasAttributes) {
      if (serviceRow !== -1) value(serviceRow);
      return this.sources.numberOf(key.bytes.subarray(0, key.length), seenMs, () => ({ resource: nothing, scope }));
    }
    const rows: { readonly name: string; readonly row: number }[] = [];
    for (let row = resources.firstAttribute[resource]!; row !== -1; row = attributes.next[row]!) {
      rows.push({ name: readString(view, attributes.keyOffset[row]!, attributes.keyLength[row]!), row });
    }
    rows.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const { name, row } of rows) {
      if (this.#keyAttributes.size > 0 && !this.#keyAttributes.has(name)) continue;
      const bytesOfName = encoder.encode(name);
      key.text(bytesOfName, 0, bytesOfName.length);
      value(row);
    }
    const make = (): MetricSource => {
      const out = new AttributesWriter();
      for (const { name, row } of rows) out.copy(encoder.encode(name), view, row);
      return { resource: out.finish(), scope };
    };
    return this.sources.numberOf(key.bytes.subarray(0, key.length), seenMs, make);
  }
}
