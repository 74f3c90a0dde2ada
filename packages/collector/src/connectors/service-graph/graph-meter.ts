import { readFixed64, readHex, readString, type TraceView } from "@genscope/otlp";
import type { ProtoWriter } from "@genscope/otlp/proto";
import type { SignalView } from "../../graph/index-request.ts";
import type { CountedRequest } from "../../graph/split-request.ts";
import type { Counter, Telemetry } from "../../graph/telemetry.ts";
import { AttributeRows, WantedKeys } from "../../meter/attribute-rows.ts";
import { AttributesWriter } from "../../meter/encode-attributes.ts";
import { encodeScope } from "../../meter/encode-scope.ts";
import { ExponentialHistogram } from "../../meter/exponential-histogram.ts";
import { type Distribution, Histogram } from "../../meter/histogram.ts";
import { Temporality } from "../../meter/instrument.ts";
import { KeyBuffer } from "@genscope/semconv/wire";
import type { Meter } from "../../meter/meter.ts";
import { MetricsWriter } from "../../meter/metrics-writer.ts";
import { createSum, type NumberInstrument } from "../../meter/number-instrument.ts";
import { attributesOfOverflow } from "../../meter/overflow.ts";
import { SeriesSet } from "../../meter/series-set.ts";
import type { StateReader } from "../../meter/state-reader.ts";
import { writeSeries } from "../../meter/write-series.ts";
import { defaultCardinalityLimit } from "../span-metrics/config.ts";
import { defaultDatabaseAttributes, defaultPeerAttributes, type ServiceGraphConfig } from "./config.ts";
import { type Edge, Edges } from "./edges.ts";

const source = { resource: new Uint8Array(0), scope: encodeScope("traces_service_graph") };
const defaultBounds = [0.002, 0.004, 0.006, 0.008, 0.01, 0.05, 0.1, 0.2, 0.4, 0.8, 1, 1.4, 2, 5, 10, 15];
const encoder = new TextEncoder();
const serviceName = "service.name";
const virtualNode = "virtual_node";
/** `SpanKind`. */
const kinds = { server: 2, client: 3, producer: 4, consumer: 5 } as const;
const errorStatus = 2;

/** Requests between services, from the client's and the server's span of each. */
export class GraphMeter implements Meter {
  readonly repeating = "anew";
  readonly identity: string;
  readonly #config: ServiceGraphConfig;
  readonly #total: NumberInstrument;
  readonly #failed: NumberInstrument;
  readonly #server: Distribution;
  readonly #client: Distribution;
  readonly #set: SeriesSet;
  readonly #edges: Edges;
  readonly #wanted: WantedKeys;
  readonly #spanRows: AttributeRows;
  readonly #resourceRows: AttributeRows;
  readonly #peers: readonly string[];
  readonly #databases: readonly string[];
  readonly #key = new KeyBuffer();
  readonly #writer = new AttributesWriter();
  readonly #dropped: Counter;
  #nowMs = 0;

  constructor(config: ServiceGraphConfig, id: string, telemetry: Telemetry) {
    this.#config = config;
    this.identity = JSON.stringify([
      config.latency_histogram_buckets,
      config.exponential_histogram_max_size,
      config.dimensions,
    ]);
    this.#total = createSum({ name: "traces_service_graph_request_total", isMonotonic: true, isInteger: true });
    this.#failed = createSum({ name: "traces_service_graph_request_failed_total", isMonotonic: true, isInteger: true });
    this.#server = this.#durations("server");
    this.#client = this.#durations("client");
    const limit = config.aggregation_cardinality_limit ?? defaultCardinalityLimit;
    this.#set = new SeriesSet({
      instruments: [this.#total, this.#failed, this.#server, this.#client],
      maxPerGroup: limit === 0 ? Infinity : limit,
      overflowAttributes: attributesOfOverflow(),
    });
    const { virtual_node_peer_attributes: peers, database_name_attributes: databases } = config;
    const database = config.database_name_attribute === "" ? [] : [config.database_name_attribute];
    this.#peers = peers.length === 0 ? defaultPeerAttributes : peers;
    this.#databases = databases.length > 0 ? databases : database.length > 0 ? database : defaultDatabaseAttributes;
    this.#wanted = new WantedKeys([serviceName, ...this.#peers, ...this.#databases, ...config.dimensions]);
    this.#spanRows = new AttributeRows(this.#wanted);
    this.#resourceRows = new AttributeRows(this.#wanted);
    const counter = (name: string): Counter =>
      telemetry.counter(`otelcol_connector_servicegraph_${name}`, { connector: id });
    this.#dropped = counter("dropped_spans");
    const total = counter("total_edges");
    const expired = counter("expired_edges");
    this.#edges = new Edges({
      maxItems: config.store.max_items,
      ttlMs: config.store.ttl,
      onComplete: (edge) => {
        total.add(1);
        this.#count(edge);
      },
      onExpire: (edge) => {
        expired.add(1);
        this.#countVirtual(edge);
      },
    });
  }

  #durations(side: "client" | "server"): Distribution {
    const metric = { name: `traces_service_graph_request_${side}_seconds`, unit: "s" };
    const { latency_histogram_buckets: buckets, exponential_histogram_max_size: maxSize } = this.#config;
    if (maxSize > 0) return new ExponentialHistogram(metric, maxSize);
    return new Histogram(metric, buckets.length === 0 ? defaultBounds : buckets.map((bound) => bound / 1_000));
  }

  consume(request: SignalView, receivedAtMs: number): void {
    if (request.signal !== "traces") return;
    const { view } = request;
    const { spans, resources } = view;
    this.#nowMs = Math.max(this.#nowMs, receivedAtMs);
    this.#edges.expire(this.#nowMs);
    let resource = -1;
    let service: string | undefined;
    for (let row = 0; row < spans.count; row++) {
      if (spans.resource[row] !== resource) {
        resource = spans.resource[row]!;
        this.#resourceRows.read(view, resources.firstAttribute[resource]!);
        service = this.#textOf(view, serviceName, this.#resourceRows);
      }
      if (service !== undefined) this.#span(view, row, service);
    }
  }

  #span(view: TraceView, row: number, service: string): void {
    const { spans } = view;
    const kind = spans.kind[row];
    const isClient = kind === kinds.client || kind === kinds.producer;
    if (!isClient && kind !== kinds.server && kind !== kinds.consumer) return;
    const trace = readHex(view, spans.traceIdOffset[row]!, 16);
    const parent = spans.parentSpanIdOffset[row]!;
    const id = readHex(view, isClient ? spans.spanIdOffset[row]! : parent, 8);
    this.#spanRows.read(view, spans.firstAttribute[row]!);
    const seconds = secondsOf(view, row);
    // a server's span without a parent is paired with nothing
    const own = isClient || parent !== -1 ? "" : readHex(view, spans.spanIdOffset[row]!, 8);
    const isTaken = this.#edges.upsert(`${trace} ${id}${own}`, this.#nowMs, (edge) => {
      const isMessaging = kind === kinds.producer || kind === kinds.consumer;
      if (isMessaging) edge.connectionType = "messaging_system";
      edge.failed ||= spans.statusCode[row] === errorStatus;
      this.#dimensions(edge, view, isClient ? "client" : "server");
      if (!isClient) {
        edge.server = service;
        edge.serverSeconds = seconds;
        edge.isRoot = parent === -1;
        return;
      }
      edge.client = service;
      edge.clientSeconds = seconds;
      const peer = this.#firstOf(view, this.#peers);
      if (peer !== undefined) edge.peer = peer;
      const database = this.#firstOf(view, this.#databases);
      if (database === undefined) return;
      // a database has no span of its own
      edge.connectionType = "database";
      edge.server = database;
      edge.serverSeconds = seconds;
    });
    if (!isTaken) this.#dropped.add(1);
  }

  #textOf(view: TraceView, key: string, rows: AttributeRows): string | undefined {
    const row = rows.rowOf(this.#wanted.numberOf(key));
    if (row === -1 || view.attributes.type[row] !== 1) return undefined;
    return readString(view, view.attributes.valueOffset[row]!, view.attributes.valueLength[row]!);
  }

  #firstOf(view: TraceView, keys: readonly string[]): string | undefined {
    for (const key of keys) {
      const found = this.#textOf(view, key, this.#spanRows);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #dimensions(edge: Edge, view: TraceView, side: "client" | "server"): void {
    for (const key of this.#config.dimensions) {
      const found = this.#textOf(view, key, this.#spanRows) ?? this.#textOf(view, key, this.#resourceRows);
      if (found !== undefined) edge.dimensions[`${side}_${key}`] = found;
    }
  }

  /** An edge that one side was never seen of: somebody outside, or something that does not trace. */
  #countVirtual(edge: Edge): void {
    edge.connectionType = virtualNode;
    const extra = this.#config.virtual_node_extra_label;
    if (edge.client === undefined) {
      if (!edge.isRoot) return;
      edge.client = "user";
      if (extra) edge.dimensions[virtualNode] = "client";
    } else {
      edge.server = edge.peer ?? "unknown";
      if (extra) edge.dimensions[virtualNode] = "server";
    }
    this.#count(edge);
  }

  #count(edge: Edge): void {
    const { client = "", server = "", connectionType, failed, dimensions } = edge;
    const labels = Object.entries({ client, server, connection_type: connectionType, ...dimensions });
    const key = this.#key;
    key.reset();
    key.byte(failed ? 1 : 0);
    for (const [name, value] of labels) {
      for (const text of [name, value]) {
        const bytes = encoder.encode(text);
        key.text(bytes, 0, bytes.length);
      }
    }
    let series = this.#set.find(key, this.#nowMs);
    if (series === -1) {
      for (const [name, value] of labels) this.#writer.value(encoder.encode(name), { stringValue: value });
      this.#writer.value(encoder.encode("failed"), { boolValue: failed });
      series = this.#set.add(key, 0, this.#writer.finish(), this.#nowMs, this.#nowMs);
    }
    this.#total.add(series, 1);
    if (failed) this.#failed.add(series, 1);
    this.#server.record(series, edge.serverSeconds, 1);
    this.#client.record(series, edge.clientSeconds, 1);
  }

  collect(timeMs: number): readonly CountedRequest[] {
    this.#nowMs = Math.max(this.#nowMs, timeMs);
    this.#edges.expire(this.#nowMs);
    const writer = new MetricsWriter(Temporality.cumulative);
    writeSeries(writer, [this.#set], () => source, timeMs);
    return writer.finish();
  }

  save(out: ProtoWriter): void {
    out.double(this.#nowMs);
    this.#set.save(out);
    this.#edges.save(out);
  }

  load(state: StateReader): void {
    this.#nowMs = state.double();
    this.#set.load(state);
    this.#edges.load(state);
  }
}

function secondsOf(view: TraceView, row: number): number {
  const { startTimeOffset, endTimeOffset } = view.spans;
  const nano = readFixed64(view, endTimeOffset[row]!) - readFixed64(view, startTimeOffset[row]!);
  return Math.max(0, Number(nano) / 1e9);
}
