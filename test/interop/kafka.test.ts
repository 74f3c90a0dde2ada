import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { createOtlpHttpClient } from "@genscope/otlp/client";
import { aTraceRequest } from "@genscope/otlp/testing";
import type { KafkaConfig } from "../../packages/collector/src/exporters/kafka/config.ts";
import { createKafkaPublisher } from "../../packages/collector/src/exporters/kafka/kafka-publisher.ts";
import {
  configOf,
  countOf,
  endpointOf,
  runCollector,
  tempDir,
  until,
} from "../../packages/collector/src/testing/collector-harness.ts";
import { publisherContract } from "../../packages/collector/src/testing/publisher-contract.ts";
import { spanIdsOf } from "../../packages/collector/src/testing/target.ts";
import { type Broker, kafkaIsMissing, startBroker } from "./kafka/broker.ts";

function publishingTo(address: string, more = ""): string {
  return `receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}
exporters:
  kafka: {brokers: ["${address}"]${more}}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [kafka]}
`;
}

describe("a real Kafka", { skip: kafkaIsMissing }, () => {
  let broker: Broker;
  before(async () => {
    broker = await startBroker();
  });
  after(() => broker[Symbol.asyncDispose]());

  for (const compression of ["none", "gzip", "snappy", "lz4", "zstd"]) {
    publisherContract(`Kafka (${compression})`, async () => {
      const { components } = await configOf(
        publishingTo(broker.address, `, producer: {compression: ${compression}, required_acks: -1}`),
      );
      const config = components.exporters.get("kafka")!.config as KafkaConfig;
      const publisher = await createKafkaPublisher({ config, tls: undefined });
      return {
        publisher,
        newTopic: () => broker.newTopic(),
        read: (topic, count) => broker.read(topic, count),
        [Symbol.asyncDispose]: () => publisher[Symbol.asyncDispose](),
      };
    });
  }

  it("has every trace that the collector publishes, each in one partition", async () => {
    await using dir = await tempDir();
    const more = ", partition_traces_by_id: true, traces: {topic: spans-of-a-collector}, producer: {required_acks: -1}";
    await using collector = await runCollector(publishingTo(broker.address, more), dir.path);
    await using client = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
    for (let request = 0; request < 3; request++) {
      const spans = Array.from({ length: 20 }, (_, n) => ({
        traceId: String(n).padStart(32, "a"),
        spanId: `${request}${n}`.padStart(16, "b"),
      }));
      await client.send(Signal.traces, aTraceRequest({ spans }));
    }
    await until(() => countOf(collector, "otelcol_exporter_sent_spans") === 60, "all spans are published");
    const messages = await broker.read("spans-of-a-collector", 60);
    assert.equal(new Set(messages.flatMap(({ value }) => spanIdsOf(value))).size, 60);
    const partitions = new Map<string, Set<number>>();
    for (const { key, partition } of messages) {
      partitions.set(key!, (partitions.get(key!) ?? new Set()).add(partition));
    }
    assert.equal(partitions.size, 20);
    for (const own of partitions.values()) assert.equal(own.size, 1);
  });
});
