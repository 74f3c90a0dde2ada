/**
 * Why a request was refused, by the gRPC status names OTLP speaks in (opentelemetry.io/docs/specs/otlp, "Failures").
 * `invalid-argument` and `unauthenticated` are permanent; `resource-exhausted` and `unavailable` ask the client to try again.
 */
export type OtlpErrorCode =
  | "invalid-argument"
  | "unauthenticated"
  | "permission-denied"
  | "too-large"
  | "unsupported-media-type"
  | "resource-exhausted"
  | "unavailable"
  | "internal";

/** A request as a whole was refused. What is wrong with part of a batch is reported as partial success instead. */
export class OtlpError extends Error {
  override readonly name: string = "OtlpError";
  readonly code: OtlpErrorCode;
  /** For retryable codes: how long the client should wait. */
  readonly retryAfterMs: number | undefined;
  constructor(code: OtlpErrorCode, message: string, options: ErrorOptions & { retryAfterMs?: number } = {}) {
    super(message, options);
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
  get retryable(): boolean {
    return this.code === "resource-exhausted" || this.code === "unavailable";
  }
}
