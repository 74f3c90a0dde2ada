import type { OtlpErrorCode } from "../errors.ts";

/** The gRPC status numbers in use here (grpc.github.io/grpc/core/md_doc_statuscodes.html). */
export const GrpcCode = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const;
export type GrpcCode = (typeof GrpcCode)[keyof typeof GrpcCode];

/** How one refusal is said on each transport. */
export interface Answer {
  readonly http: number;
  readonly grpc: GrpcCode;
}

/**
 * The one table of answers for both transports.
 *
 * `too-large` is `INVALID_ARGUMENT` rather than gRPC's customary `RESOURCE_EXHAUSTED`: several SDKs retry the latter
 * even without `RetryInfo`, and a request that is too large stays so.
 */
export const answers: Readonly<Record<OtlpErrorCode, Answer>> = {
  "invalid-argument": { http: 400, grpc: GrpcCode.invalidArgument },
  unauthenticated: { http: 401, grpc: GrpcCode.unauthenticated },
  "permission-denied": { http: 403, grpc: GrpcCode.permissionDenied },
  "too-large": { http: 413, grpc: GrpcCode.invalidArgument },
  "unsupported-media-type": { http: 415, grpc: GrpcCode.unimplemented },
  "resource-exhausted": { http: 429, grpc: GrpcCode.resourceExhausted },
  unavailable: { http: 503, grpc: GrpcCode.unavailable },
  internal: { http: 500, grpc: GrpcCode.internal },
};
