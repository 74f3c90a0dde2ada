import { protobufToJson, type Signal } from "@genscope/otlp";
import { internalLimits } from "../../graph/index-request.ts";
import { signalNameOf } from "../../graph/signals.ts";
import type { ExporterFactory } from "../../graph/stage.ts";
import { openClientTls } from "../../tls/open-tls.ts";
import type { KafkaConfig } from "./config.ts";
import { createKafkaPublisher } from "./kafka-publisher.ts";
import type { Message, Publisher } from "./publisher.ts";
import { type SplitOptions, splitMessages } from "./split-messages.ts";

export { kafkaComponent } from "./config.ts";

/** Publishes requests as messages to Kafka. */
export const createKafka: ExporterFactory<KafkaConfig> = async (config, { warn }) => {
  const tls = config.tls === undefined || config.tls.insecure ? undefined : await openClientTls(config.tls, { warn });
  const publisher = await createKafkaPublisher({ config, tls: tls?.options });
  return {
    send: createSend(config, publisher),
    [Symbol.asyncDispose]: async () => {
      tls?.[Symbol.dispose]();
      await publisher[Symbol.asyncDispose]();
    },
  };
};

/** What the exporter does in front of any publisher. */
export function createSend(
  config: KafkaConfig,
  publisher: Publisher,
): (signal: Signal, request: Uint8Array) => Promise<{ readonly rejected: number; readonly message: string }> {
  return async (signal, request) => {
    const { encoding } = config[signalNameOf[signal]];
    const messages: Message[] = [];
    const tooLarge: number[] = [];
    let rejected = 0;
    for (const part of splitMessages(signal, request, splitOptions(config, signal))) {
      const value = encoding === "otlp_json" ? protobufToJson(signal, part.request, internalLimits) : part.request;
      if (value.byteLength > config.producer.max_message_bytes) {
        tooLarge.push(value.byteLength);
        rejected += part.itemCount;
      } else messages.push({ topic: part.topic, key: part.key, value, headers: config.record_headers });
    }
    await publisher.publish(messages);
    if (rejected === 0) return { rejected, message: "" };
    const largest = Math.max(...tooLarge);
    const message = `a message of ${largest} bytes is larger than producer::max_message_bytes (${config.producer.max_message_bytes})`;
    return { rejected, message };
  };
}

function splitOptions(config: KafkaConfig, signal: Signal): SplitOptions {
  const name = signalNameOf[signal];
  const by = {
    traces: config.partition_traces_by_id ? "trace" : "nothing",
    metrics: config.partition_metrics_by_resource_attributes ? "resource" : "nothing",
    logs: config.partition_logs_by_trace_id
      ? "trace"
      : config.partition_logs_by_resource_attributes
        ? "resource"
        : "nothing",
  } as const;
  const { topic, encoding } = config[name];
  // JSON takes up to about four times the bytes
  const maxBytes = encoding === "otlp_json" ? config.producer.max_message_bytes / 4 : config.producer.max_message_bytes;
  return { topic, topicAttribute: config.topic_from_attribute, by: by[name], maxBytes };
}
