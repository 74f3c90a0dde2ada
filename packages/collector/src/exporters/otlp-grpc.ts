import { createOtlpGrpcClient } from "@genscope/otlp/client";
import type { z } from "zod";
import { type ComponentType, signals } from "../components.ts";
import { anything, boolean, integer, section, text, word } from "../config/fields.ts";
import { clientTlsField } from "../config/tls-fields.ts";
import type { ExporterFactory } from "../graph/stage.ts";
import { authField, checkSender, headersField, senderFields } from "./exporter-fields.ts";
import { openSender } from "./sender-options.ts";

const config = section({
  ...senderFields,
  endpoint: text(""),
  compression: word(["gzip", "deflate", "none", ""], "gzip"),
  tls: clientTlsField,
  headers: headersField,
  auth: authField,
  keepalive: anything(),
  read_buffer_size: integer(0),
  write_buffer_size: integer(524_288),
  wait_for_ready: boolean(false),
  balancer_name: text(),
  authority: text(),
});
type OtlpGrpcConfig = z.output<typeof config>;

export const otlpGrpcComponent: ComponentType = {
  kind: "exporters",
  type: "otlp_grpc",
  differs: {
    user_agent: "the client's own",
  },
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

/** As the Collector has it: TLS unless `http://` or `tls: {insecure: true}` says otherwise. */
export function grpcAddress({ endpoint, tls }: Pick<OtlpGrpcConfig, "endpoint" | "tls">): string {
  const scheme = /^(https?|dns):\/{2,3}/.exec(endpoint);
  const bare = endpoint.slice(scheme?.[0].length ?? 0).replace(/\/$/, "");
  const isSecure = scheme?.[1] === "https" || (scheme?.[1] !== "http" && !tls.insecure);
  return `${isSecure ? "https" : "http"}://${bare}`;
}

export const createOtlpGrpc: ExporterFactory<OtlpGrpcConfig> = async (one, context) => {
  const { compression, authority } = one;
  const sender = await openSender(one, context);
  const client = createOtlpGrpcClient({
    ...sender,
    endpoint: grpcAddress(one),
    compression: compression === "" ? "none" : compression,
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
