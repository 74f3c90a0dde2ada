import { createOtlpHttpClient } from "@genscope/otlp/client";
import { protobufToJson } from "@genscope/otlp";
import type { z } from "zod";
import { type ComponentType, signals } from "../components.ts";
import { boolean, duration, integer, optionalSection, section, text, word } from "../config/fields.ts";
import { clientTlsField } from "../config/tls-fields.ts";
import { internalLimits } from "../graph/index-request.ts";
import type { ExporterFactory } from "../graph/stage.ts";
import { checkSender, headersField, senderFields } from "./exporter-fields.ts";

const config = section({
  ...senderFields,
  timeout: duration(30_000),
  endpoint: text(""),
  traces_endpoint: text(),
  metrics_endpoint: text(),
  logs_endpoint: text(),
  encoding: word(["proto", "json"], "proto"),
  compression: word(["gzip", "zstd", "zlib", "deflate", "none", ""], "gzip"),
  tls: clientTlsField,
  headers: headersField,
  auth: optionalSection({ authenticator: text("") }),
  read_buffer_size: integer(0),
  write_buffer_size: integer(524_288),
  max_idle_conns: integer(100),
  max_idle_conns_per_host: integer(0),
  max_conns_per_host: integer(0),
  idle_conn_timeout: duration(90_000),
  disable_keep_alives: boolean(false),
  http2_read_idle_timeout: duration(0),
  http2_ping_timeout: duration(0),
});
type OtlpHttpConfig = z.output<typeof config>;

function isUrl(endpoint: string): boolean {
  return URL.canParse(endpoint) && /^https?:/.test(endpoint);
}

export const otlpHttpComponent: ComponentType = {
  kind: "exporters",
  type: "otlp_http",
  aliases: ["otlphttp"],
  signals,
  config,
  check(checked) {
    const one = checked as OtlpHttpConfig;
    const given = [one.endpoint, one.traces_endpoint, one.metrics_endpoint, one.logs_endpoint].filter(
      (each) => each !== undefined && each !== "",
    );
    if (given.length === 0) return ["at least one endpoint must be specified", ...checkSender(one)];
    const bad = given.filter((each) => !isUrl(each!)).map((each) => `endpoint must be a valid URL: ${each}`);
    return [...bad, ...checkSender(one)];
  },
};

export const createOtlpHttp: ExporterFactory<OtlpHttpConfig> = async (one) => {
  const { compression, encoding, headers, timeout } = one;
  const client = createOtlpHttpClient({
    // what has an endpoint of its own for every signal it gets needs no other
    endpoint:
      one.endpoint === "" ? (one.traces_endpoint ?? one.metrics_endpoint ?? one.logs_endpoint ?? "") : one.endpoint,
    urls: { traces: one.traces_endpoint, metrics: one.metrics_endpoint, logs: one.logs_endpoint },
    encoding: encoding === "json" ? "json" : "protobuf",
    compression: compression === "" ? "none" : compression === "zlib" ? "deflate" : compression,
    headers,
    timeoutMs: timeout === 0 ? 2 ** 31 - 1 : timeout,
  });
  if (encoding !== "json") return client;
  return {
    send: (signal, request, options) => client.send(signal, protobufToJson(signal, request, internalLimits), options),
    [Symbol.asyncDispose]: () => client.close(),
  };
};
