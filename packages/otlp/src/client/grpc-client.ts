import { checkServerIdentity, createSecureContext, type ConnectionOptions } from "node:tls";
import {
  type ChannelCredentials,
  type ChannelOptions,
  Client,
  compressionAlgorithms,
  credentials,
  Metadata,
  type ServiceError,
} from "@grpc/grpc-js";
import { decodeExportResponse } from "../rpc/export-response.ts";
import { services } from "../rpc/services.ts";
import { decodeStatus } from "../rpc/status.ts";
import type { Signal } from "../signal.ts";
import { defaultTimeoutMs, type ClientOptions, type OtlpClient, type SendOptions, type SendResult } from "./client.ts";
import { fromGrpcStatus, fromTransportFailure } from "./failure.ts";

export interface OtlpGrpcClientOptions extends ClientOptions {
  /** `http://host:port` without TLS, `https://host:port` with it; a bare `host:port` is without. */
  readonly endpoint: string;
  readonly compression?: "none" | "gzip" | "deflate";
  /** What the server is called in requests; that of the endpoint if not given. */
  readonly authority?: string;
}

const algorithms = {
  none: compressionAlgorithms.identity,
  deflate: compressionAlgorithms.deflate,
  gzip: compressionAlgorithms.gzip,
};

/** Connects on first use. Requests are protobuf. */
export function createOtlpGrpcClient(options: OtlpGrpcClientOptions): OtlpClient {
  const { compression = "none", timeoutMs = defaultTimeoutMs, tls, authorize } = options;
  const { target, isSecure } = parseEndpoint(options.endpoint);
  let secureOptions = tls?.options;
  let grpc = connect();

  function connect(): Client {
    return new Client(target, isSecure ? secureCredentials(secureOptions) : credentials.createInsecure(), {
      "grpc.default_compression_algorithm": algorithms[compression],
      "grpc.max_send_message_length": -1,
      // The caller retries, or does not want to.
      "grpc.enable_retries": 0,
      // Each client its own connection: clients in one process are there to load several.
      "grpc.use_local_subchannel_pool": 1,
      ...nameOverride(secureOptions),
      ...(options.authority === undefined ? {} : { "grpc.default_authority": options.authority }),
    });
  }

  /** The connection; a new one once the certificates have changed. */
  function connection(): Client {
    if (tls === undefined || tls.options === secureOptions) return grpc;
    secureOptions = tls.options;
    // calls on it end by themselves
    grpc.close();
    grpc = connect();
    return grpc;
  }

  function metadataOf(): Metadata {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries({ ...options.headers, ...authorize?.() })) {
      metadata.set(name.toLowerCase(), value);
    }
    return metadata;
  }

  function call(signal: Signal, request: Buffer, given: AbortSignal | undefined): Promise<SendResult> {
    return new Promise((resolve, reject) => {
      const unary = connection().makeUnaryRequest(
        services[signal].grpcPath,
        (body: Buffer) => body,
        decodeExportResponse,
        request,
        metadataOf(),
        { deadline: Date.now() + timeoutMs },
        (error, result) => {
          given?.removeEventListener("abort", cancel);
          if (error !== null) reject(toOtlpError(options.endpoint, error));
          else resolve(result ?? { rejected: 0, message: "" });
        },
      );
      const cancel = (): void => unary.cancel();
      given?.addEventListener("abort", cancel, { once: true });
    });
  }

  const client: OtlpClient = {
    async send(signal, request, { signal: given }: SendOptions = {}) {
      given?.throwIfAborted();
      try {
        return await call(signal, toBuffer(request), given);
      } catch (error) {
        given?.throwIfAborted();
        throw error;
      }
    },
    async close() {
      grpc.close();
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
  return client;
}

function secureCredentials(options: ConnectionOptions | undefined): ChannelCredentials {
  if (options === undefined) return credentials.createSsl();
  const { rejectUnauthorized = true } = options;
  return credentials.createFromSecureContext(createSecureContext(options), {
    rejectUnauthorized,
    ...(rejectUnauthorized ? { checkServerIdentity } : { checkServerIdentity: () => undefined }),
  });
}

/** The name that the server's certificate has to be for, where it is not that of the endpoint. */
function nameOverride(options: ConnectionOptions | undefined): ChannelOptions {
  const name = options?.servername;
  return name === undefined || name === "" ? {} : { "grpc.ssl_target_name_override": name };
}

function parseEndpoint(endpoint: string): { target: string; isSecure: boolean } {
  const scheme = /^(https?):\/\/([^/]+)\/?$/.exec(endpoint);
  if (scheme !== null) return { target: scheme[2] ?? "", isSecure: scheme[1] === "https" };
  if (endpoint === "" || endpoint.includes("/")) {
    throw new TypeError(`an OTLP/gRPC endpoint is host:port, http://host:port or https://host:port, not ${endpoint}`);
  }
  return { target: endpoint, isSecure: false };
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** What the library calls an internal error, or too much, where the server gave no answer: it was stopped, or killed, or something between cut the stream off. */
const brokenOff = /^Received RST_STREAM with code \d|^Bandwidth exhausted or memory limit exceeded$/;

function toOtlpError(endpoint: string, error: ServiceError): Error {
  if (brokenOff.test(error.details)) return fromTransportFailure(endpoint, new Error(error.details, { cause: error }));
  const [details] = error.metadata.get("grpc-status-details-bin");
  let retryAfterMs: number | undefined;
  try {
    if (Buffer.isBuffer(details)) retryAfterMs = decodeStatus(details).retryDelayMs;
  } catch {
    // The code and the message stand without their details.
  }
  return fromGrpcStatus(error.code, error.details, retryAfterMs);
}
