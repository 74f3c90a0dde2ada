import { createOtlpHttpClient } from "@genscope/otlp/client";
import { protobufToJson } from "@genscope/otlp";
import type { z } from "zod";
import { type ComponentType, signals } from "../components.ts";
import { duration, section, text, word } from "../config/fields.ts";
import { clientTlsField } from "../config/tls-fields.ts";
import { internalLimits } from "../graph/index-request.ts";
import type { ExporterFactory } from "../graph/stage.ts";
import { authField, checkSender, headersField, httpConnectionFields, senderFields } from "./exporter-fields.ts";
import { openSender } from "./sender-options.ts";

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
  auth: authField,
  ...httpConnectionFields,
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

export const createOtlpHttp: ExporterFactory<OtlpHttpConfig> = async (one, context) => {
  const { compression, encoding } = one;
  const sender = await openSender(one, context);
  const client = createOtlpHttpClient({
    ...sender,
    // what has an endpoint of its own for every signal it gets needs no other
    endpoint:
      one.endpoint === "" ? (one.traces_endpoint ?? one.metrics_endpoint ?? one.logs_endpoint ?? "") : one.endpoint,
    urls: { traces: one.traces_endpoint, metrics: one.metrics_endpoint, logs: one.logs_endpoint },
    encoding: encoding === "json" ? "json" : "protobuf",
    compression: compression === "" ? "none" : compression === "zlib" ? "deflate" : compression,
  });
  return {
    send: (signal, request, options) =>
      client.send(signal, encoding === "json" ? protobufToJson(signal, request, internalLimits) : request, options),
    [Symbol.asyncDispose]: async () => {
      sender[Symbol.dispose]();
      await client.close();
    },
  };
};
