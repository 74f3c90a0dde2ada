import { decodeExportResponse } from "../rpc/export-response.ts";
import { services } from "../rpc/services.ts";
import { GrpcCode } from "../rpc/codes.ts";
import { Signal } from "../signal.ts";
import { defaultTimeoutMs, type ClientOptions, type OtlpClient, type SendOptions } from "./client.ts";
import { fromGrpcStatus } from "./failure.ts";
import { answerEncodings, type GrpcCompression, grpcCompressor, type GrpcCompressor } from "./grpc-compression.ts";
import { createGrpcConnection } from "./grpc-connection.ts";
import { parseGrpcEndpoint } from "./grpc-endpoint.ts";
import type { GrpcKeepalive } from "./grpc-link.ts";
import { addMetadata } from "./grpc-metadata.ts";
import { UnaryCall } from "./unary-call.ts";

export interface OtlpGrpcClientOptions extends ClientOptions {
  /** `http://host:port` without TLS, `https://host:port` with it; a bare `host:port` is without. `unix:path` for a socket. */
  readonly endpoint: string;
  /** `none` if not given; a compressor of the caller's for what is not named here. */
  readonly compression?: GrpcCompression | GrpcCompressor;
  /** What the server is called in requests; that of the endpoint if not given. */
  readonly authority?: string;
  readonly keepalive?: GrpcKeepalive;
  /** `genscope` if not given. */
  readonly userAgent?: string;
}

type Headers = Record<string, string>;

/**
 * Connects on first use, over the proxy that the environment names, if any. Requests are protobuf. Throws a `TypeError`
 * for an endpoint that is none and for headers that gRPC cannot carry.
 */
export function createOtlpGrpcClient(options: OtlpGrpcClientOptions): OtlpClient {
  const { compression = "none", timeoutMs = defaultTimeoutMs, tls, authorize, keepalive = {} } = options;
  const endpoint = parseGrpcEndpoint(options.endpoint);
  const connection = createGrpcConnection(endpoint, tls, keepalive);
  const compressor = grpcCompressor(compression);
  const context = { connection, endpoint: options.endpoint, compressor, timeoutMs };
  const common = {
    ":method": "POST",
    ":scheme": endpoint.isSecure ? "https" : "http",
    ":authority": options.authority ?? endpoint.authority,
    "content-type": "application/grpc+proto",
    te: "trailers",
    "user-agent": options.userAgent ?? "genscope",
    "grpc-timeout": toGrpcTimeout(timeoutMs),
    "grpc-accept-encoding": answerEncodings,
    ...(compressor === undefined ? {} : { "grpc-encoding": compressor.encoding }),
  };

  function headersOf(signal: Signal): Headers {
    const headers: Headers = Object.assign(Object.create(null), common, { ":path": services[signal].grpcPath });
    addMetadata(headers, options.headers ?? {});
    return headers;
  }
  const headers: Readonly<Record<Signal, Headers>> = {
    [Signal.traces]: headersOf(Signal.traces),
    [Signal.logs]: headersOf(Signal.logs),
    [Signal.metrics]: headersOf(Signal.metrics),
  };

  /** With what is asked for before every request. */
  function authorized(signal: Signal): Headers {
    if (authorize === undefined) return headers[signal];
    const own: Headers = Object.assign(Object.create(null), headers[signal]);
    addMetadata(own, authorize());
    return own;
  }

  const client: OtlpClient = {
    async send(signal, request, { signal: given }: SendOptions = {}) {
      given?.throwIfAborted();
      const answer = await new UnaryCall(context, authorized(signal), request, given).answer;
      try {
        return decodeExportResponse(answer);
      } catch (cause) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw fromGrpcStatus(GrpcCode.internal, `the answer cannot be read: ${reason}`, undefined);
      }
    },
    async close() {
      connection.close();
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
  return client;
}

/** At most eight digits and a unit. */
function toGrpcTimeout(timeoutMs: number): string {
  const ms = Math.max(1, Math.ceil(timeoutMs));
  return ms < 1e8 ? `${ms}m` : `${Math.min(Math.ceil(ms / 1000), 99_999_999)}S`;
}
