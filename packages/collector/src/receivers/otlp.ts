import { createGrpcReceiver, createHttpReceiver, isLoopback, type Receiver } from "@genscope/otlp/receiver";
import type { z } from "zod";
import { type ComponentType, signals } from "../components.ts";
import { checkListenEndpoint, parseListenEndpoint } from "../config/endpoint.ts";
import { anything, boolean, integer, optionalSection, section, text, word } from "../config/fields.ts";
import { httpServerFields, serverAuthField } from "../config/http-server-fields.ts";
import { serverTlsField } from "../config/tls-fields.ts";
import { checkServerTls } from "../tls/check-tls.ts";
import { openServerTls } from "../tls/open-tls.ts";
import type { TlsMaterial } from "../tls/read-tls.ts";
import type { ReceiverContext, ReceiverFactory } from "./receiver.ts";

const grpc = optionalSection({
  endpoint: text("localhost:4317"),
  transport: word(["tcp", "tcp4", "tcp6", "unix"], "tcp"),
  tls: serverTlsField,
  auth: serverAuthField,
  max_recv_msg_size_mib: integer(),
  max_concurrent_streams: integer(),
  read_buffer_size: integer(524_288),
  write_buffer_size: integer(0),
  keepalive: anything(),
  include_metadata: boolean(false),
});

const http = optionalSection({
  endpoint: text("localhost:4318"),
  transport: word(["tcp", "tcp4", "tcp6", "unix"], "tcp"),
  ...httpServerFields,
  traces_url_path: text("/v1/traces"),
  metrics_url_path: text("/v1/metrics"),
  logs_url_path: text("/v1/logs"),
});

const config = section({ protocols: section({ grpc, http }) });
type OtlpReceiverConfig = z.output<typeof config>;
type GrpcConfig = NonNullable<OtlpReceiverConfig["protocols"]["grpc"]>;
type HttpConfig = NonNullable<OtlpReceiverConfig["protocols"]["http"]>;

export const otlpReceiverComponent: ComponentType = {
  kind: "receivers",
  type: "otlp",
  differs: {
    "protocols.grpc.dialer": "a server dials nobody",
  },
  signals,
  config,
  check(checked) {
    const { protocols } = checked as OtlpReceiverConfig;
    if (protocols.grpc === undefined && protocols.http === undefined) {
      return ["must specify at least one protocol when using the OTLP receiver"];
    }
    return Object.entries(protocols).flatMap(([name, protocol]) =>
      protocol === undefined
        ? []
        : [...checkListenEndpoint(`protocols.${name}.endpoint`, protocol.endpoint), ...checkServerTls(protocol.tls)],
    );
  },
};

const mebibyte = 1024 * 1024;

/** Listens for OTLP over gRPC, HTTP or both. */
export const createOtlpReceiver: ReceiverFactory<OtlpReceiverConfig> = async ({ protocols }, context) => {
  await using opened = new AsyncDisposableStack();
  const endpoints: { protocol: string; url: string }[] = [];
  if (protocols.grpc !== undefined) {
    const receiver = await withTls(opened, protocols.grpc, context, openGrpc);
    endpoints.push({ protocol: "OTLP/gRPC", url: receiver.url });
  }
  if (protocols.http !== undefined) {
    const receiver = await withTls(opened, protocols.http, context, openHttp);
    endpoints.push({ protocol: "OTLP/HTTP", url: receiver.url });
  }
  const held = opened.move();
  return { endpoints, [Symbol.asyncDispose]: () => held.disposeAsync() };
};

/** Opens a receiver; its certificates are read again as the configuration says. */
async function withTls<Config extends GrpcConfig | HttpConfig>(
  opened: AsyncDisposableStack,
  one: Config,
  context: ReceiverContext,
  open: (one: Config, context: ReceiverContext, tls: TlsMaterial | undefined) => Promise<Receiver>,
): Promise<Receiver> {
  let receiver: Receiver | undefined;
  const warn = (message: string): void => context.warn(`receiver "${context.id}": ${message}`);
  const tls =
    one.tls === undefined
      ? undefined
      : opened.use(await openServerTls(one.tls, { warn, onChange: (renewed) => receiver?.renewTls(renewed) }));
  receiver = opened.use(await open(one, context, tls?.options));
  return receiver;
}

function openGrpc(one: GrpcConfig, context: ReceiverContext, tls: TlsMaterial | undefined): Promise<Receiver> {
  const bytes = one.max_recv_msg_size_mib;
  return createGrpcReceiver({
    ...common(one, "grpc", context),
    ...(tls === undefined ? {} : { tls }),
    ...(bytes === undefined
      ? {}
      : { limits: { decompressedBytes: bytes * mebibyte, compressedBytes: bytes * mebibyte } }),
  });
}

function openHttp(one: HttpConfig, context: ReceiverContext, tls: TlsMaterial | undefined): Promise<Receiver> {
  const bytes = one.max_request_body_size;
  return createHttpReceiver({
    ...common(one, "http", context),
    ...(tls === undefined ? {} : { tls }),
    ...(bytes > 0 ? { limits: { decompressedBytes: bytes, compressedBytes: bytes } } : {}),
    ...(one.cors === undefined ? {} : { corsOrigins: one.cors.allowed_origins }),
    timeouts: { ...(one.read_timeout > 0 ? { requestMs: one.read_timeout } : {}), idleMs: one.idle_timeout },
  });
}

/** What both protocols are told; says so where anybody may send. */
function common(one: GrpcConfig | HttpConfig, protocol: string, { id, sink, warn, authenticator }: ReceiverContext) {
  const { host, port } = parseListenEndpoint(one.endpoint);
  if (one.auth === undefined && (one.tls?.client_ca_file ?? "") === "" && !isLoopback(host)) {
    warn(
      `receiver "${id}" (${protocol}) listens on ${one.endpoint}: other machines can send to it, and no auth is configured`,
    );
  }
  return {
    host,
    port,
    sink,
    ...(one.auth === undefined ? { isOpen: true } : { authenticate: authenticator(one.auth.authenticator) }),
    onInternalError: (error: unknown) =>
      warn(`receiver "${id}": a request failed: ${error instanceof Error ? error.message : String(error)}`),
  };
}
