import { createOtlpGrpcClient } from "@genscope/otlp/client";
import type { z } from "zod";
import { type ComponentType, signals } from "../components.ts";
import { boolean, duration, integer, section, text, word } from "../config/fields.ts";
import { clientTlsField } from "../config/tls-fields.ts";
import type { ExporterFactory } from "../graph/stage.ts";
import { authField, checkSender, headersField, senderFields } from "./exporter-fields.ts";
import { openSender } from "./sender-options.ts";
import { loadSnappyFrames } from "./snappy-frames.ts";

const config = section({
  ...senderFields,
  endpoint: text(""),
  compression: word(["gzip", "snappy", "zstd", "deflate", "none", ""], "gzip"),
  tls: clientTlsField,
  headers: headersField,
  auth: authField,
  keepalive: section({
    time: duration(10_000),
    timeout: duration(10_000),
    permit_without_stream: boolean(false),
  }),
  read_buffer_size: integer(0),
  write_buffer_size: integer(524_288),
  wait_for_ready: boolean(false),
  balancer_name: text(),
  authority: text(),
  user_agent: text(""),
});
type OtlpGrpcConfig = z.output<typeof config>;

export const otlpGrpcComponent: ComponentType = {
  kind: "exporters",
  type: "otlp_grpc",
  aliases: ["otlp"],
  signals,
  config,
  check(checked) {
    const one = checked as OtlpGrpcConfig;
    const address = grpcAddress(one);
    if (one.endpoint === "") return ['requires a non-empty "endpoint"', ...checkSender(one)];
    if (!/:\d+$/.test(address) && !one.endpoint.startsWith("unix:")) {
      return [`invalid port in endpoint ${JSON.stringify(one.endpoint)}: host:port is needed`, ...checkSender(one)];
    }
    return checkSender(one);
  },
};

/** gRPC in Go asks no more often (gRFC A8). */
const leastKeepaliveMs = 10_000;

/** As the Collector has it: TLS unless `http://` or `tls: {insecure: true}` says otherwise. */
export function grpcAddress({ endpoint, tls }: Pick<OtlpGrpcConfig, "endpoint" | "tls">): string {
  const scheme = /^(https?|dns):\/{2,3}/.exec(endpoint);
  const bare = endpoint.slice(scheme?.[0].length ?? 0).replace(/\/$/, "");
  const isSecure = scheme?.[1] === "https" || (scheme?.[1] !== "http" && !tls.insecure);
  return `${isSecure ? "https" : "http"}://${bare}`;
}

export const createOtlpGrpc: ExporterFactory<OtlpGrpcConfig> = async (one, context) => {
  const { compression, authority, keepalive } = one;
  const sender = await openSender(one, context);
  const client = createOtlpGrpcClient({
    ...sender,
    endpoint: grpcAddress(one),
    compression: compression === "snappy" ? await loadSnappyFrames() : compression === "" ? "none" : compression,
    keepalive: {
      timeMs: keepalive.time === 0 ? 0 : Math.max(keepalive.time, leastKeepaliveMs),
      timeoutMs: keepalive.timeout,
      permitWithoutStream: keepalive.permit_without_stream,
    },
    ...(one.user_agent === "" ? {} : { userAgent: one.user_agent }),
    ...(authority === undefined ? {} : { authority }),
  });
  return {
    send: (signal, request, options) => client.send(signal, request, options),
    [Symbol.asyncDispose]: async () => {
      sender[Symbol.dispose]();
      await client.close();
    },
  };
};
