import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** An answer that is no success, thrown from a route. Codes do not change their meaning. */
export class ApiFailure extends Error {
  override readonly name: string = "ApiFailure";
  readonly status: ContentfulStatusCode;
  readonly code: string;
  constructor(status: ContentfulStatusCode, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.code = code;
  }
}

export function answerFailure(context: Context, { status, code, message }: ApiFailure): Response {
  if (status === 503) context.header("retry-after", "1");
  return context.json({ error: { code, message } }, status);
}

const engineAway = /ECONNREFUSED|ECONNRESET|EPIPE|socket hang up|not up in time|the store was closed/i;

/** What a thrown thing means to the caller of the API. */
export function toFailure(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error;
  // a body that is no JSON, for example
  if (error instanceof HTTPException && error.status < 500) {
    return new ApiFailure(error.status, "invalid-request", error.message, { cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  if (engineAway.test(message)) {
    return new ApiFailure(
      503,
      "store-away",
      "the store's engine is starting or restarting; nothing received is lost. Try again in a moment.",
      {
        cause: error,
      },
    );
  }
  if (/TIMEOUT_EXCEEDED|Timeout (exceeded|error)/i.test(message)) {
    return new ApiFailure(504, "too-slow", "the question took longer than 30 s: narrow the time range or the filters", {
      cause: error,
    });
  }
  return new ApiFailure(500, "internal", message, { cause: error });
}
