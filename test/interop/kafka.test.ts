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
import { type Certificates, createCertificates } from "../../packages/collector/src/testing/certificates.ts";
import { publisherContract } from "../../packages/collector/src/testing/publisher-contract.ts";
import { spanIdsOf } from "../../packages/collector/src/testing/target.ts";
import { type Broker, kafkaIsMissing, knownUser, startBroker } from "./kafka/broker.ts";

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

/** Logging in, as an option of the exporter. */
function saslOf(mechanism: string, password = knownUser.password): string {
  return `auth: {sasl: {mechanism: ${mechanism}, username: ${knownUser.username}, password: "${password}"}}`;
}

describe("a real Kafka", { skip: kafkaIsMissing }, () => {
  let certificates: Certificates;
  let broker: Broker;
  before(async () => {
    certificates = await createCertificates();
    broker = await startBroker(certificates);
  });
  after(async () => {
    await broker[Symbol.asyncDispose]();
    await certificates[Symbol.asyncDispose]();
  });

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

  const span = { traceId: "d".repeat(32), spanId: "e".repeat(16) };

  /** Sends one span through a collector and gives back what is in the topic. */
  async function arrived(address: string, topic: string, more: string): Promise<string[]> {
    await using dir = await tempDir();
    const trusting = `, tls: {ca_file: "${certificates.ca}"${more}, traces: {topic: ${topic}}, producer: {required_acks: -1}`;
    await using collector = await runCollector(publishingTo(address, trusting), dir.path);
    await using client = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
    await client.send(Signal.traces, aTraceRequest({ spans: [span] }));
    await until(() => countOf(collector, "otelcol_exporter_sent_spans") === 1, "the span is published");
    const messages = await broker.read(topic, 1);
    return messages.flatMap(({ value }) => spanIdsOf(value));
  }

  for (const mechanism of ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]) {
    it(`lets in who logs in by ${mechanism} over TLS`, async () => {
      const more = `}, ${saslOf(mechanism)}`;
      assert.deepEqual(await arrived(broker.saslAddress, `by-${mechanism}`, more), [span.spanId]);
    });

    it(`is tried again, and the reason said, where ${mechanism} has the wrong password`, async () => {
      await using dir = await tempDir();
      const warnings: string[] = [];
      const wrong = `, tls: {ca_file: "${certificates.ca}"}, ${saslOf(mechanism, "open barley")}, metadata: {retry: {max: 0}}`;
      await using collector = await runCollector(publishingTo(broker.saslAddress, wrong), dir.path, {
        onWarning: (text) => warnings.push(text),
      });
      await using client = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
      await client.send(Signal.traces, aTraceRequest({ spans: [span] }));
      const said = /will retry.*Kafka: .*(authenticat|credentials)/i;
      await until(() => warnings.some((text) => said.test(text)), "it is said");
      assert.equal(countOf(collector, "otelcol_exporter_send_failed_spans"), 0);
    });
  }

  it("lets in who presents a certificate", async () => {
    const { cert, key } = await certificates.issue("collector.example");
    const more = `, cert_file: "${cert}", key_file: "${key}"}`;
    assert.deepEqual(await arrived(broker.mutualAddress, "by-certificate", more), [span.spanId]);
  });

  it("is not spoken to where its certificate is of nobody known", async () => {
    await using dir = await tempDir();
    await using others = await createCertificates();
    const warnings: string[] = [];
    const more = `, tls: {ca_file: "${others.ca}"}, ${saslOf("PLAIN")}, metadata: {retry: {max: 0}}`;
    await using collector = await runCollector(publishingTo(broker.saslAddress, more), dir.path, {
      onWarning: (text) => warnings.push(text),
    });
    await using client = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
    await client.send(Signal.traces, aTraceRequest({ spans: [span] }));
    await until(() => warnings.some((text) => /will retry.*Kafka: .*certificate/i.test(text)), "it is said");
  });
});
