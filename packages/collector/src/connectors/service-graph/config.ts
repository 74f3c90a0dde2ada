import type { z } from "zod";
import type { ComponentType } from "../../components.ts";
import { boolean, duration, integer, list, section, text } from "../../config/fields.ts";

const schema = section({
  metrics_exporter: text(""),
  latency_histogram_buckets: list(duration(0)),
  exponential_histogram_max_size: integer(0),
  dimensions: list(text("")),
  store: section({ max_items: integer(1000), ttl: duration(2_000) }),
  cache_loop: duration(60_000),
  store_expiration_loop: duration(2_000),
  virtual_node_peer_attributes: list(text("")),
  virtual_node_extra_label: boolean(false),
  metrics_flush_interval: duration(60_000),
  database_name_attribute: text(""),
  database_name_attributes: list(text("")),
  aggregation_cardinality_limit: integer(),
});
export type ServiceGraphConfig = z.output<typeof schema>;

/** Who a client span talks to, where no server span says so: the first of these that it has. */
export const defaultPeerAttributes: readonly string[] = [
  "peer.service",
  "db.name",
  "db.namespace",
  "net.sock.peer.addr",
  "net.peer.name",
  "rpc.service",
  "net.sock.peer.name",
  "http.url",
  "http.target",
  "server.address",
  "gen_ai.provider.name",
];
export const defaultDatabaseAttributes: readonly string[] = ["db.name", "db.namespace"];

function check(value: unknown): readonly string[] {
  const { latency_histogram_buckets: buckets, exponential_histogram_max_size: maxSize } = value as ServiceGraphConfig;
  if (maxSize < 0) return ["`exponential_histogram_max_size` can not be negative"];
  if (buckets.length > 0 && maxSize > 0) {
    return ["use either `latency_histogram_buckets` or `exponential_histogram_max_size`"];
  }
  return [];
}

export const serviceGraphComponent: ComponentType = {
  kind: "connectors",
  type: "service_graph",
  aliases: ["servicegraph"],
  signals: ["traces"],
  gives: { traces: ["metrics"] },
  config: schema,
  check,
  differs: {
    "": "counters and pending edges survive a restart; `failed` tells series apart",
    metrics_exporter: "understood, and of no effect as in the Collector",
    cache_loop: "understood; series do not expire",
    store_expiration_loop: "understood; edges expire with the time of what comes in",
    virtual_node_peer_attributes:
      "by default also `server.address` and `gen_ai.provider.name`, so that models are nodes",
    database_name_attributes: "by default also `db.namespace`",
  },
};
