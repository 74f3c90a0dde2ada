import { Client, compressionAlgorithms, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { decodeExportResponse } from "../rpc/export-response.ts";
import { services } from "../rpc/services.ts";
import { decodeStatus } from "../rpc/status.ts";
import type { Signal } from "../signal.ts";
import { defaultTimeoutMs, type ClientOptions, type OtlpClient, type SendOptions, type SendResult } from "./client.ts";
import { fromGrpcStatus } from "./failure.ts";

export interface OtlpGrpcClientOptions extends ClientOptions {
  /** `http://host:port` without TLS, `https://host:port` with it; a bare `host:port` is without. */
  readonly endpoint: string;
  readonly compression?: "none" | "gzip" | "deflate";
}

const algorithms = {
  none: compressionAlgorithms.identity,
  deflate: compressionAlgorithms.deflate,
  gzip: compressionAlgorithms.gzip,
};

/** Connects on first use. Requests are protobuf. */
export function createOtlpGrpcClient(options: OtlpGrpcClientOptions): OtlpClient {
  const { compression = "none", timeoutMs = defaultTimeoutMs } = options;
  const { target, isSecure } = parseEndpoint(options.endpoint);
  const grpc = new Client(target, isSecure ? credentials.createSsl() : credentials.createInsecure(), {
    "grpc.default_compression_algorithm": algorithms[compression],
    "grpc.max_send_message_length": -1,
    // The caller retries, or does not want to.
    "grpc.enable_retries": 0,
    // Each client its own connection: clients in one process are there to load several.
    "grpc.use_local_subchannel_pool": 1,
  });
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(options.headers ?? {})) metadata.set(name, value);

  function call(signal: Signal, request: Buffer, given: AbortSignal | undefined): Promise<SendResult> {
    return new Promise((resolve, reject) => {
      const unary = grpc.makeUnaryRequest(
        services[signal].grpcPath,
        (body: Buffer) => body,
        decodeExportResponse,
        request,
        metadata,
        { deadline: Date.now() + timeoutMs },
        (error, result) => {
          given?.removeEventListener("abort", cancel);
          if (error !== null) reject(toOtlpError(error));
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

function toOtlpError(error: ServiceError): Error {
  const [details] = error.metadata.get("grpc-status-details-bin");
  let retryAfterMs: number | undefined;
  try {
    if (Buffer.isBuffer(details)) retryAfterMs = decodeStatus(details).retryDelayMs;
  } catch {
    // The code and the message stand without their details.
  }
  return fromGrpcStatus(error.code, error.details, retryAfterMs);
}
