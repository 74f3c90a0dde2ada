import type { IncomingHttpHeaders, IncomingHttpStatusHeader } from "node:http2";
import { GrpcCode } from "../rpc/codes.ts";
import { decodeStatus } from "../rpc/status.ts";

export type AnswerHeaders = IncomingHttpHeaders & IncomingHttpStatusHeader;

/** How a call ended. */
export interface GrpcStatus {
  readonly code: number;
  readonly message: string;
  /** From `google.rpc.RetryInfo`. */
  readonly retryAfterMs: number | undefined;
}

/** The status that trailers carry, or headers that are all there is; none if they have none. */
export function readGrpcStatus(headers: IncomingHttpHeaders): GrpcStatus | undefined {
  const code = headers["grpc-status"];
  if (code === undefined) return undefined;
  return {
    code: /^\d{1,9}$/.test(String(code)) ? Number(code) : GrpcCode.unknown,
    message: decodeMessage(String(headers["grpc-message"] ?? "")),
    retryAfterMs: retryDelayOf(headers["grpc-status-details-bin"]),
  };
}

/** github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md */
const byHttpStatus: Readonly<Record<number, number>> = {
  400: GrpcCode.internal,
  401: GrpcCode.unauthenticated,
  403: GrpcCode.permissionDenied,
  404: GrpcCode.unimplemented,
  429: GrpcCode.unavailable,
  502: GrpcCode.unavailable,
  503: GrpcCode.unavailable,
  504: GrpcCode.unavailable,
};

/** What an answer without a gRPC status comes to: it was something between that answered. */
export function fromHttpAnswer(headers: AnswerHeaders, body: string): GrpcStatus {
  const status = headers[":status"] ?? 0;
  const type = headers["content-type"] ?? "no content type";
  const text = body.trim();
  const said = status === 200 ? `an answer of ${type} without a gRPC status` : `HTTP ${status} without a gRPC status`;
  return {
    code: byHttpStatus[status] ?? GrpcCode.unknown,
    message: text === "" ? said : `${said}: ${text}`,
    retryAfterMs: undefined,
  };
}

/** RFC 9113, 7, by number. */
const resetNames: readonly string[] = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
];

/** What a stream was reset with. */
export function resetName(code: number): string {
  return resetNames[code] ?? `code ${code}`;
}

/** Percent-decoded; what is not well encoded stays as it is. */
function decodeMessage(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}

function retryDelayOf(details: string | readonly string[] | undefined): number | undefined {
  if (details === undefined) return undefined;
  try {
    return decodeStatus(Buffer.from(String(details), "base64")).retryDelayMs;
  } catch {
    // the code and the message stand without their details
    return undefined;
  }
}
