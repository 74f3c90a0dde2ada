import type { Signal } from "../signal.ts";

/** A request that passed transport limits: protobuf or JSON bytes, decompressed. */
export interface ReceivedRequest {
  readonly signal: Signal;
  readonly encoding: "protobuf" | "json";
  readonly body: Uint8Array;
  readonly transport: "grpc" | "http";
  /** gRPC metadata or HTTP headers, lower-cased names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** What became of it. `rejected` items make a partial success; 0 with a message is a warning (OTLP, "Partial Success"). */
export interface ReceiveResult {
  readonly accepted: number;
  readonly rejected: number;
  readonly message: string;
}

/**
 * Where receivers hand requests to. Resolves only once the accepted part is durable: the receiver acknowledges on it.
 * Rejects with an `OtlpError` when the request as a whole is refused; anything else thrown is answered as `internal`.
 */
export type RequestSink = (request: ReceivedRequest) => Promise<ReceiveResult>;
