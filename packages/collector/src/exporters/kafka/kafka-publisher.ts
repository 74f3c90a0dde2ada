import { OtlpError } from "@genscope/otlp";
import type { ConnectionOptions } from "node:tls";
import type { KafkaConfig } from "./config.ts";
import { createPartitioner, murmur2Hash, saramaHash } from "./partitioner.ts";
import type { Message, Publisher } from "./publisher.ts";

export interface KafkaPublisherOptions {
  readonly config: KafkaConfig;
  /** Nothing: without TLS. */
  readonly tls: ConnectionOptions | undefined;
}

/** Publishes to Kafka. The client is loaded here: who has no Kafka never runs it. */
export async function createKafkaPublisher({ config, tls }: KafkaPublisherOptions): Promise<Publisher> {
  const { Producer } = await import("@platformatic/kafka");
  const { producer: options, auth, record_partitioner: partitioning, brokers } = config;
  const sasl =
    auth.sasl ?? (auth.plain_text === undefined ? undefined : { ...auth.plain_text, mechanism: "PLAIN" as const });
  const hash =
    partitioning.round_robin !== undefined
      ? undefined
      : partitioning.sticky_key?.hasher === "murmur2"
        ? murmur2Hash
        : saramaHash;
  const partitionOf = createPartitioner(hash);
  const producer = new Producer<Buffer, Buffer, string, string>({
    clientId: config.client_id,
    bootstrapBrokers: brokers.length === 0 ? ["localhost:9092"] : [...brokers],
    acks: options.required_acks,
    // with a number for every message a broker leaves out what is sent twice; it has to ask all replicas for that
    idempotent: options.required_acks === -1,
    compression: options.compression,
    autocreateTopics: options.allow_auto_topic_creation,
    metadataMaxAge: config.metadata.refresh_interval,
    timeout: config.timeout === 0 ? 2 ** 31 - 1 : config.timeout,
    retries: config.metadata.retry.max,
    retryDelay: config.metadata.retry.backoff,
    partitioner: (_message, key) => partitionOf(key),
    serializers: { headerKey: toBytes, headerValue: toBytes },
    ...(tls === undefined ? {} : { tls }),
    ...(sasl === undefined
      ? {}
      : { sasl: { mechanism: sasl.mechanism, username: sasl.username, password: sasl.password } }),
  });
  producer.on("error", () => {});

  return {
    async publish(messages) {
      for (let at = 0; at < messages.length; at += options.flush_max_messages) {
        const some = messages.slice(at, at + options.flush_max_messages);
        try {
          await producer.send({ messages: some.map(toRecord) });
        } catch (error) {
          throw toOtlpError(error);
        }
      }
    },
    [Symbol.asyncDispose]: async () => {
      await producer.close().catch(() => {});
    },
  };
}

function toBytes(text: string | undefined): Buffer | undefined {
  return text === undefined ? undefined : Buffer.from(text);
}

function toRecord({ topic, key, value, headers }: Message) {
  return {
    topic,
    value: Buffer.from(value.buffer, value.byteOffset, value.byteLength),
    headers: { ...headers },
    ...(key === undefined ? {} : { key: Buffer.from(key) }),
  };
}

/** What the same messages will not be taken for another time; all else may pass. */
const permanent: ReadonlySet<unknown> = new Set([
  "MESSAGE_TOO_LARGE",
  "RECORD_LIST_TOO_LARGE",
  "INVALID_TOPIC_EXCEPTION",
  "INVALID_RECORD",
]);

function toOtlpError(error: unknown): OtlpError {
  const reasons = leavesOf(error);
  const isPermanent = reasons.some(({ apiId }) => permanent.has(apiId));
  const said = [...new Set(reasons.map(({ message }) => message))].join("; ");
  return new OtlpError(isPermanent ? "invalid-argument" : "unavailable", `Kafka: ${said}`, { cause: error });
}

interface Reason {
  readonly message: string;
  /** The protocol's name of an error. */
  readonly apiId?: unknown;
}

function leavesOf(error: unknown): Reason[] {
  if (error instanceof AggregateError) return error.errors.flatMap(leavesOf);
  if (!(error instanceof Error)) return [{ message: String(error) }];
  const inner = error.cause === undefined ? [] : leavesOf(error.cause);
  return [{ message: error.message, ...("apiId" in error ? { apiId: error.apiId } : {}) }, ...inner];
}
