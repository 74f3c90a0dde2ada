import { ProtoWriter } from "@genscope/otlp/proto";
import type { CountedRequest } from "../graph/split-request.ts";
import { DataField, type MetricIdentity, type Temporality } from "./instrument.ts";

/** Who measured: the content of a `Resource` and of an `InstrumentationScope`, encoded. */
export interface MetricSource {
  readonly resource: Uint8Array;
  readonly scope: Uint8Array;
}

/** Requests stay small enough for every receiver. */
const defaultMaxPoints = 4096;

/** Puts data points into `ExportMetricsServiceRequest`s, a new one whenever one is full. Messages are opened as points need them. */
export class MetricsWriter {
  readonly #requests: CountedRequest[] = [];
  readonly #maxPoints: number;
  #out = new ProtoWriter(64 * 1024);
  #points = 0;
  /** Starts of the messages that are open, from the outermost. */
  readonly #open: number[] = [];
  #source: MetricSource | undefined;
  #openSource: MetricSource | undefined;
  #metric: MetricIdentity | undefined;
  #openMetric: MetricIdentity | undefined;
  readonly #temporality: Temporality;

  constructor(temporality: Temporality, maxPoints: number = defaultMaxPoints) {
    this.#temporality = temporality;
    this.#maxPoints = maxPoints;
  }

  /** How many requests are full. */
  get requestCount(): number {
    return this.#requests.length;
  }

  /** What the next points are of. */
  of(source: MetricSource, metric: MetricIdentity): void {
    this.#source = source;
    this.#metric = metric;
  }

  /** Where to write the fields of the next point; {@link end} ends it. */
  begin(): ProtoWriter {
    if (this.#openMetric !== this.#metric || this.#openSource !== this.#source) this.#closeMetric();
    if (this.#openSource !== this.#source) this.#closeSource();
    if (this.#openSource === undefined) this.#beginSource(this.#source!);
    if (this.#openMetric === undefined) this.#beginMetric(this.#metric!);
    this.#begin(1, 1);
    return this.#out;
  }

  end(): void {
    this.#end(1);
    this.#points++;
    if (this.#points >= this.#maxPoints) this.#endRequest();
  }

  finish(): readonly CountedRequest[] {
    this.#endRequest();
    return this.#requests;
  }

  #begin(field: number, lengthBytes: number): void {
    this.#out.tag(field, 2);
    this.#open.push(this.#out.beginMessage(lengthBytes));
  }

  #end(lengthBytes: number): void {
    this.#out.endMessage(this.#open.pop()!, lengthBytes);
  }

  #beginSource(source: MetricSource): void {
    this.#openSource = source;
    this.#begin(1, 3);
    this.#out.blob(1, source.resource);
    this.#begin(2, 3);
    this.#out.blob(1, source.scope);
  }

  #closeSource(): void {
    if (this.#openSource === undefined) return;
    this.#end(3);
    this.#end(3);
    this.#openSource = undefined;
  }

  #beginMetric(metric: MetricIdentity): void {
    this.#openMetric = metric;
    this.#begin(2, 3);
    this.#out.string(1, metric.name);
    if (metric.description !== undefined) this.#out.string(2, metric.description);
    if (metric.unit !== undefined) this.#out.string(3, metric.unit);
    this.#begin(metric.data, 3);
  }

  #closeMetric(): void {
    const metric = this.#openMetric;
    if (metric === undefined) return;
    if (metric.data !== DataField.gauge) {
      this.#out.tag(2, 0);
      this.#out.varint(this.#temporality);
    }
    if (metric.data === DataField.sum && metric.isMonotonic === true) {
      this.#out.tag(3, 0);
      this.#out.varint(1);
    }
    this.#end(3);
    this.#end(3);
    this.#openMetric = undefined;
  }

  #endRequest(): void {
    this.#closeMetric();
    this.#closeSource();
    if (this.#points === 0) return;
    this.#requests.push({ request: this.#out.finish(), itemCount: this.#points });
    this.#out = new ProtoWriter(64 * 1024);
    this.#points = 0;
  }
}
