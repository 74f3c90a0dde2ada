import { OtlpError, type OtlpErrorCode } from "../errors.ts";
import { GrpcCode } from "../rpc/codes.ts";

/*
 * What an answer means to the sender (opentelemetry.io/docs/specs/otlp, "Failures" of both transports). Only the codes
 * listed as retryable there become retryable errors here.
 */

const byHttpStatus: Readonly<Record<number, OtlpErrorCode>> = {
  401: "unauthenticated",
  403: "permission-denied",
  413: "too-large",
  415: "unsupported-media-type",
  429: "resource-exhausted",
  502: "unavailable",
  503: "unavailable",
  504: "unavailable",
};

export function fromHttpStatus(status: number, message: string, retryAfterMs: number | undefined): OtlpError {
  const code = byHttpStatus[status] ?? (status >= 500 ? "internal" : "invalid-argument");
  return refusal(code, `HTTP ${status}${message === "" ? "" : `: ${message}`}`, retryAfterMs);
}

const byGrpcCode: Readonly<Record<number, OtlpErrorCode>> = {
  [GrpcCode.cancelled]: "unavailable",
  [GrpcCode.deadlineExceeded]: "unavailable",
  [GrpcCode.aborted]: "unavailable",
  [GrpcCode.outOfRange]: "unavailable",
  [GrpcCode.unavailable]: "unavailable",
  [GrpcCode.dataLoss]: "unavailable",
  [GrpcCode.unauthenticated]: "unauthenticated",
  [GrpcCode.permissionDenied]: "permission-denied",
  [GrpcCode.unimplemented]: "unsupported-media-type",
  [GrpcCode.unknown]: "internal",
  [GrpcCode.internal]: "internal",
};

/** `RESOURCE_EXHAUSTED` is retryable only with `RetryInfo`; without, it is the usual word for a message too large. */
export function fromGrpcStatus(code: number, message: string, retryAfterMs: number | undefined): OtlpError {
  const exhausted: OtlpErrorCode = retryAfterMs === undefined ? "too-large" : "resource-exhausted";
  const known = code === GrpcCode.resourceExhausted ? exhausted : (byGrpcCode[code] ?? "invalid-argument");
  const name = Object.entries(GrpcCode).find(([, each]) => each === code)?.[0] ?? `status ${code}`;
  return refusal(known, `gRPC ${name}${message === "" ? "" : `: ${message}`}`, retryAfterMs);
}

/** No answer at all: the request may or may not have been taken, so that sending it again may double it. */
export function fromTransportFailure(endpoint: string, cause: unknown): OtlpError {
  return new OtlpError("unavailable", `no answer from ${endpoint}: ${reasonOf(cause)}`, { cause });
}

/** Of a host with several addresses, what happened at each. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === "") return cause.errors.map(reasonOf).join(", ");
  return cause instanceof Error ? cause.message : String(cause);
}

/** Parses `Retry-After`: seconds or a date (RFC 9110, 10.2.3). */
export function parseRetryAfter(header: string | undefined, nowMs: number = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const dateMs = Date.parse(header);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}

function refusal(code: OtlpErrorCode, message: string, retryAfterMs: number | undefined): OtlpError {
  return new OtlpError(code, message, retryAfterMs === undefined ? {} : { retryAfterMs });
}
