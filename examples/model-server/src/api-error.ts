/** An error answer in OpenAI's shape: `{ error: { message, type, param, code } }` under an HTTP status. */
export class ApiError extends Error {
  override readonly name: string = "ApiError";
  readonly status: number;
  readonly type: string;
  readonly code: string | null;
  readonly param: string | null;

  constructor(status: number, type: string, message: string, more: { code?: string; param?: string } = {}) {
    super(message);
    this.status = status;
    this.type = type;
    this.code = more.code ?? null;
    this.param = more.param ?? null;
  }

  toJSON(): { error: { message: string; type: string; param: string | null; code: string | null } } {
    return { error: { message: this.message, type: this.type, param: this.param, code: this.code } };
  }
}

/** A 400 that names the parameter at fault. */
export function badRequest(param: string, message: string, code = "invalid_value"): ApiError {
  return new ApiError(400, "invalid_request_error", message, { param, code });
}

const onRequest: Readonly<Record<number, { type: string; code?: string; message: string }>> = {
  400: { type: "invalid_request_error", code: "invalid_value", message: "This request was asked to fail as invalid." },
  401: { type: "invalid_request_error", code: "invalid_api_key", message: "Incorrect API key provided." },
  403: { type: "invalid_request_error", code: "forbidden", message: "You are not allowed to use this model." },
  404: { type: "invalid_request_error", code: "model_not_found", message: "The model does not exist." },
  429: { type: "requests", code: "rate_limit_exceeded", message: "Rate limit reached for requests per minute." },
  500: { type: "server_error", message: "The server had an error while processing your request." },
  503: { type: "server_error", message: "The engine is currently overloaded, please try again later." },
};

/** The error OpenAI would send with this status, for requests that ask to fail. */
export function errorForStatus(status: number): ApiError {
  const known = onRequest[status] ?? {
    type: status >= 500 ? "server_error" : "invalid_request_error",
    message: `This request was asked to fail with status ${status}.`,
  };
  return new ApiError(status, known.type, known.message, known.code === undefined ? {} : { code: known.code });
}
