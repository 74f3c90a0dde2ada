import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { indexLogs, indexMetrics, indexTraces, readString, Signal } from "@genscope/otlp";
import { aLogsRequest, aMetricsRequest, aTraceRequest } from "@genscope/otlp/testing";
import { Catalogue } from "../../catalogue.ts";
import { configOf } from "../../testing/collector-harness.ts";
import { createMemoryPublisher, type MemoryPublisher } from "../../testing/memory-publisher.ts";
import { publisherContract } from "../../testing/publisher-contract.ts";
import { spanIdsOf } from "../../testing/target.ts";
import type { KafkaConfig } from "./config.ts";
import { createKafkaPublisher } from "./kafka-publisher.ts";
import { createSend } from "./index.ts";
import { murmur2Hash, saramaHash } from "./partitioner.ts";

publisherContract("a broker in memory", async () => {
  const publisher = createMemoryPublisher();
  let topics = 0;
  return {
    publisher,
    newTopic: async () => `topic-${topics++}`,
    read: async (topic) => publisher.read(topic),
    [Symbol.asyncDispose]: async () => {},
  };
});

function yamlOf(more: string): string {
  return `receivers: {nop: }
exporters:
  kafka: {${more}}
service:
  pipelines:
    traces: {receivers: [nop], exporters: [kafka]}
`;
}

async function kafkaConfig(more: string): Promise<KafkaConfig> {
  const { components } = await configOf(yamlOf(more), new Catalogue());
  return components.exporters.get("kafka")!.config as KafkaConfig;
}

async function sendingInto(publisher: MemoryPublisher, more = "") {
  return createSend(await kafkaConfig(more), publisher);
}

const traces = ["1".repeat(32), "2".repeat(32)];

function concat(...requests: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(requests);
}

function from(where: string, more: Readonly<Record<string, string>> = {}): Uint8Array {
  return aMetricsRequest({
    resource: { where, ...more },
    metrics: [{ name: "m", gauge: { dataPoints: [{ asDouble: 1 }] } }],
  });
}

describe("the kafka exporter", () => {
  it("publishes each signal to its topic, as protobuf or JSON", async () => {
    const publisher = createMemoryPublisher();
    const send = await sendingInto(
      publisher,
      "logs: {topic: my-logs, encoding: otlp_json}, record_headers: {tenant: a}",
    );
    const request = aTraceRequest({ spans: [{ spanId: "00000000000000a1" }, {}] });
    assert.deepEqual(await send(Signal.traces, request), { rejected: 0, message: "" });
    await send(Signal.logs, aLogsRequest({ logs: [{ body: "hello" }] }));
    await send(Signal.metrics, aMetricsRequest({ metrics: [{ name: "m", gauge: { dataPoints: [{ asDouble: 1 }] } }] }));
    assert.deepEqual(new Uint8Array(publisher.read("otlp_spans")[0]!.value), request);
    assert.equal(publisher.read("otlp_spans")[0]!.key, undefined);
    assert.deepEqual(publisher.read("otlp_spans")[0]!.headers, { tenant: "a" });
    const json = JSON.parse(Buffer.from(publisher.read("my-logs")[0]!.value).toString());
    assert.equal(json.resourceLogs[0].scopeLogs[0].logRecords[0].body.stringValue, "hello");
    assert.equal(indexMetrics(publisher.read("otlp_metrics")[0]!.value).points.count, 1);
  });

  it("makes a message of every trace, keyed by its id", async () => {
    const publisher = createMemoryPublisher();
    const send = await sendingInto(publisher, "partition_traces_by_id: true, partition_logs_by_trace_id: true");
    const spans = Array.from({ length: 10 }, (_, n) => ({ traceId: traces[n % 2]!, spanId: `00000000000000a${n}` }));
    await send(
      Signal.traces,
      concat(aTraceRequest({ spans: spans.slice(0, 5) }), aTraceRequest({ spans: spans.slice(5) })),
    );
    const messages = publisher.read("otlp_spans");
    assert.deepEqual(
      messages.map(({ key }) => key),
      traces,
    );
    for (const [n, { value }] of messages.entries()) {
      assert.deepEqual(
        spanIdsOf(value),
        spans.filter((_, index) => index % 2 === n).map(({ spanId }) => spanId),
      );
    }
    const logs = [
      { traceId: traces[0]!, body: "a" },
      { body: "b" },
      { traceId: traces[1]!, body: "c" },
      { traceId: traces[0]!, body: "d" },
    ];
    await send(Signal.logs, aLogsRequest({ logs }));
    const bodies = publisher.read("otlp_logs").map(({ key, value }) => {
      const view = indexLogs(value);
      const { bodyOffset, bodyLength, count } = view.logs;
      return [key, ...Array.from({ length: count }, (_, row) => readString(view, bodyOffset[row]!, bodyLength[row]!))];
    });
    assert.deepEqual(bodies, [
      [traces[0], "a", "d"],
      [undefined, "b"],
      [traces[1], "c"],
    ]);
  });

  it("makes a message of every resource, and takes the topic from it", async () => {
    const publisher = createMemoryPublisher();
    const send = await sendingInto(
      publisher,
      "topic_from_attribute: where, partition_metrics_by_resource_attributes: true",
    );
    await send(Signal.metrics, concat(from("north"), from("south"), from("north", { x: "1" }), from("north")));
    const north = publisher.read("north");
    assert.deepEqual(
      north.map(({ value }) => indexMetrics(value).points.count),
      [2, 1],
    );
    assert.equal(new Set(north.map(({ key }) => key)).size, 2);
    assert.equal(publisher.read("south").length, 1);
    const plain = aTraceRequest({ resource: { where: "east" }, spans: [{}] });
    await send(Signal.traces, concat(plain, aTraceRequest({ spans: [{}, {}] }), plain));
    assert.deepEqual(
      publisher.read("east").map(({ value }) => indexTraces(value).spans.count),
      [2],
    );
    assert.deepEqual(
      publisher.read("otlp_spans").map(({ value }) => indexTraces(value).spans.count),
      [2],
    );
  });

  it("cuts what is too large for a message, and says what cannot be cut", async () => {
    const publisher = createMemoryPublisher();
    const send = await sendingInto(publisher, "producer: {max_message_bytes: 2000}");
    const spans = Array.from({ length: 40 }, (_, n) => ({ name: `${n} ${"x".repeat(n === 7 ? 5000 : 60)}` }));
    const { rejected, message } = await send(Signal.traces, aTraceRequest({ spans }));
    assert.equal(rejected, 1);
    assert.match(message, /larger than producer::max_message_bytes \(2000\)/);
    const messages = publisher.read("otlp_spans");
    assert.ok(messages.every(({ value }) => value.byteLength <= 2000));
    assert.equal(
      messages.reduce((sum, { value }) => sum + indexTraces(value).spans.count, 0),
      39,
    );
  });

  it("finds nobody there retryable", async () => {
    const config = await kafkaConfig('brokers: ["127.0.0.1:1"], timeout: 200ms, metadata: {retry: {max: 0}}');
    await using publisher = await createKafkaPublisher({ config, tls: undefined });
    const publishing = publisher.publish([{ topic: "t", key: undefined, value: Buffer.from("x"), headers: {} }]);
    await assert.rejects(publishing, { name: "OtlpError", code: "unavailable", message: /ECONNREFUSED/ });
  });

  it("says of a configuration what cannot be meant", async () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ["partition_logs_by_trace_id: true, partition_logs_by_resource_attributes: true", /cannot both be enabled/],
      ["record_partitioner: {sticky_key: , round_robin: }", /at most one partitioner/],
      ["producer: {required_acks: 2}", /has to be between -1 and 1/],
      ["brokers: [nowhere]", /"nowhere" is not host:port/],
      ["traces: {encoding: jaeger_proto}", /must be one of otlp_proto, otlp_json/],
      ["auth: {plain_text: , sasl: }", /only one of them/],
    ];
    for (const [more, expected] of cases) await assert.rejects(kafkaConfig(more), expected, more);
  });
});

describe("the hashes of keys", () => {
  it("are those of Sarama and of the Java client", () => {
    // FNV-1a: the published test vectors, made positive as Sarama does it
    assert.equal(saramaHash(Buffer.from("")), Math.abs(0x811c9dc5 | 0));
    assert.equal(saramaHash(Buffer.from("a")), Math.abs(0xe40c292c | 0));
    assert.equal(saramaHash(Buffer.from("foobar")), Math.abs(0xbf9cf968 | 0));
    // of Kafka's own tests for its murmur2
    const known: readonly (readonly [string, number])[] = [
      ["21", -973932308],
      ["foobar", -790332482],
      ["a-little-bit-long-string", -985981536],
      ["a-little-bit-longer-string", -1486304829],
      ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
      ["abc", 479470107],
    ];
    for (const [key, hash] of known) assert.equal(murmur2Hash(Buffer.from(key)), hash & 0x7fffffff, key);
  });
});
