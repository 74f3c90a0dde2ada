import type { z } from "zod";
import { type ComponentType, signals } from "../../components.ts";
import { boolean, duration, integer, list, mapOf, optionalSection, section, text, word } from "../../config/fields.ts";
import { optionalClientTlsField } from "../../config/tls-fields.ts";
import { checkQueue, checkRetry } from "../../graph/delivery.ts";
import { checkTls } from "../../tls/check-tls.ts";
import { senderFields } from "../exporter-fields.ts";

const encodings = ["otlp_proto", "otlp_json"] as const;
const compressions = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

function topicFields(topic: string) {
  return section({ topic: text(topic), encoding: word(encodings, "otlp_proto") });
}

const config = section({
  ...senderFields,
  brokers: list(text("")),
  protocol_version: text("2.1.0"),
  resolve_canonical_bootstrap_servers_only: boolean(false),
  client_id: text("otel-collector"),
  conn_idle_timeout: duration(540_000),
  traces: topicFields("otlp_spans"),
  metrics: topicFields("otlp_metrics"),
  logs: topicFields("otlp_logs"),
  topic_from_attribute: text(""),
  record_headers: mapOf(text("")),
  partition_traces_by_id: boolean(false),
  partition_metrics_by_resource_attributes: boolean(false),
  partition_logs_by_resource_attributes: boolean(false),
  partition_logs_by_trace_id: boolean(false),
  record_partitioner: section({
    sticky_key: optionalSection({ hasher: word(["sarama_compat", "murmur2"], "sarama_compat") }),
    round_robin: optionalSection({}),
  }),
  tls: optionalClientTlsField,
  auth: section({
    plain_text: optionalSection({ username: text(""), password: text("") }),
    sasl: optionalSection({
      username: text(""),
      password: text(""),
      mechanism: word(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"], "PLAIN"),
      version: integer(0),
    }),
  }),
  metadata: section({
    full: boolean(true),
    refresh_interval: duration(600_000),
    retry: section({ max: integer(3), backoff: duration(250) }),
  }),
  producer: section({
    max_message_bytes: integer(1_000_000),
    max_broker_write_bytes: integer(104_857_600),
    required_acks: integer(1),
    compression: word(compressions, "none"),
    compression_params: section({ level: integer(-1) }),
    flush_max_messages: integer(10_000),
    allow_auto_topic_creation: boolean(true),
    linger: duration(10),
  }),
});
export type KafkaConfig = z.output<typeof config>;

const noMetadata = "what requests carry besides their data does not outlast the journal";

export const kafkaComponent: ComponentType = {
  kind: "exporters",
  type: "kafka",
  signals,
  config,
  differs: {
    signal_header: "not there",
    brokers: "`localhost:9092` if none is given",
    "producer.max_message_bytes":
      "requests that are larger are cut, unless a message is to hold a whole trace or resource",
    "producer.linger": "not waited for: requests are put together in front of the exporter",
    "producer.compression_params.level": "the library's own",
    "tls.reload_interval": "certificates are those of the start",
    "producer.required_acks": "-1 has messages published once; with 1 or 0 what is tried again may be there twice",
    protocol_version: "found out from the broker",
    "record_partitioner.least_backup": "not there",
    "record_partitioner.extension": "there is no such extension",
    include_metadata_keys: noMetadata,
    "traces.topic_from_metadata_key": noMetadata,
    "metrics.topic_from_metadata_key": noMetadata,
    "logs.topic_from_metadata_key": noMetadata,
    "traces.message_key_from_metadata_key": noMetadata,
    "metrics.message_key_from_metadata_key": noMetadata,
    "logs.message_key_from_metadata_key": noMetadata,
  },
  check(checked) {
    const one = checked as KafkaConfig;
    const said = [...checkTls(one.tls), ...checkQueue(one.sending_queue), ...checkRetry(one.retry_on_failure)];
    if (one.partition_logs_by_resource_attributes && one.partition_logs_by_trace_id) {
      said.push("partition_logs_by_resource_attributes and partition_logs_by_trace_id cannot both be enabled");
    }
    if (one.record_partitioner.sticky_key !== undefined && one.record_partitioner.round_robin !== undefined) {
      said.push("record_partitioner: at most one partitioner may be configured");
    }
    if (one.producer.max_message_bytes <= 0) said.push("producer::max_message_bytes must be positive");
    if (![-1, 0, 1].includes(one.producer.required_acks)) {
      said.push(`producer.required_acks has to be between -1 and 1. configured value ${one.producer.required_acks}`);
    }
    for (const broker of one.brokers) {
      if (!/^(\[[^\]]+\]|[^:]+):\d+$/.test(broker)) said.push(`brokers: ${JSON.stringify(broker)} is not host:port`);
    }
    if (one.auth.plain_text !== undefined && one.auth.sasl !== undefined) {
      said.push("auth: plain_text is the older word for sasl: only one of them");
    }
    return said;
  },
};
