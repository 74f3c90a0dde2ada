import type { z } from "zod";
import type { ComponentType } from "../../components.ts";
import { boolean, duration, integer, mapOf, optionalSection, section, text, word } from "../../config/fields.ts";
import { clientTlsField } from "../../config/tls-fields.ts";
import { checkRetry, retryField } from "../../graph/delivery.ts";
import { checkStrategy, strategyOf, translationFields } from "../../prometheus/translation-fields.ts";
import { isEscaping } from "../../prometheus/translation-strategy.ts";
import { checkTls } from "../../tls/check-tls.ts";
import { authField, headersField, httpConnectionFields } from "../exporter-fields.ts";

export const protobufMessages = ["prometheus.WriteRequest", "io.prometheus.write.v2.Request"] as const;

const config = section({
  endpoint: text(""),
  timeout: duration(5_000),
  headers: headersField,
  compression: word(["snappy", ""], ""),
  tls: clientTlsField,
  auth: authField,
  ...httpConnectionFields,
  retry_on_failure: retryField,
  remote_write_queue: section({ enabled: boolean(true), queue_size: integer(10_000), num_consumers: integer(5) }),
  max_batch_size_bytes: integer(3_000_000),
  max_batch_request_parallelism: integer(),
  external_labels: mapOf(text("")),
  ...translationFields,
  target_info: section({ enabled: boolean(true) }),
  disable_scope_info: boolean(false),
  export_created_metric: section({ enabled: boolean(false) }),
  send_metadata: boolean(false),
  protobuf_message: word(protobufMessages, "prometheus.WriteRequest"),
  convert_explicit_histograms_to_nhcb: boolean(false),
  keep_classic_histograms: boolean(false),
  wal: optionalSection({
    directory: text(""),
    buffer_size: integer(300),
    truncate_frequency: duration(60_000),
    lag_record_frequency: duration(15_000),
  }),
});
export type RemoteWriteConfig = z.output<typeof config>;

export function isVersion2({ protobuf_message }: Pick<RemoteWriteConfig, "protobuf_message">): boolean {
  return protobuf_message === "io.prometheus.write.v2.Request";
}

export const prometheusRemoteWriteComponent: ComponentType = {
  kind: "exporters",
  type: "prometheus_remote_write",
  aliases: ["prometheusremotewrite"],
  signals: ["metrics"],
  config,
  differs: {
    "": "One request at a time for each series. A series that the target refuses costs no other; what the target took is not written again when the rest is retried. Delta sums and histograms are dropped with a warning.",
    remote_write_queue: "requests wait in the journal",
    "remote_write_queue.num_consumers": "requests at once; all of one series are one after the other",
    wal: "not needed: what is to be written waits in the journal",
    protobuf_message: "2.0 needs no feature gate",
    convert_explicit_histograms_to_nhcb: "with `io.prometheus.write.v2.Request` only: receivers of 1.0 lose them",
    export_created_metric: "not in the Collector any more",
    http: "the same options at the top level",
    include_metadata_keys: "what requests carry besides their data does not outlast the journal",
    add_metric_suffixes: "`translation_strategy` says more",
  },
  check(checked) {
    const one = checked as RemoteWriteConfig;
    const { remote_write_queue: queue, max_batch_request_parallelism: parallel } = one;
    const said = [...checkTls(one.tls), ...checkRetry(one.retry_on_failure), ...checkStrategy(one)];
    if (!/^https?:/.test(one.endpoint) || !URL.canParse(one.endpoint)) {
      said.push(`invalid endpoint ${JSON.stringify(one.endpoint)}: an http or https URL is needed`);
    }
    if (queue.queue_size < 0) said.push("remote write queue size can't be negative");
    if (queue.enabled && queue.queue_size === 0) said.push("a 0 size queue will drop all the data");
    if (queue.num_consumers < 0) said.push("remote write consumer number can't be negative");
    if (parallel !== undefined && parallel < 1) said.push("max_batch_request_parallelism can't be set to below 1");
    if (one.max_batch_size_bytes <= 0) said.push("max_batch_byte_size must be greater than 0");
    if (!isVersion2(one) && !isEscaping(strategyOf(one))) {
      said.push(
        `translation_strategy ${one.translation_strategy} needs protobuf_message: io.prometheus.write.v2.Request: receivers of remote write 1.0 take escaped names only`,
      );
    }
    return said;
  },
};
