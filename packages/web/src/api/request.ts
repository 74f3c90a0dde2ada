import type { Facets, SpanDetail, Status, TraceList, TraceSkeleton } from "@genscope/server/contract";

/** An answer of the API that is no success, or no answer at all (`unreachable`). */
export class ApiFailure extends Error {
  override readonly name: string = "ApiFailure";
  readonly code: string;
  readonly status: number;
  constructor(code: string, message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

/**
 * The API's answers as the contract types them. They come from the server that also served this page, so they are taken at their
 * word: validating 100,000 spans would cost more than drawing them.
 */
export const api = {
  traces: (parameters: URLSearchParams, signal?: AbortSignal): Promise<TraceList> =>
    get(`/traces?${parameters.toString()}`, signal),
  facets: (parameters: URLSearchParams, signal?: AbortSignal): Promise<Facets> =>
    get(`/facets?${parameters.toString()}`, signal),
  trace: (traceId: string, signal?: AbortSignal): Promise<TraceSkeleton> =>
    get(`/traces/${encodeURIComponent(traceId)}`, signal),
  span: (traceId: string, spanId: string, signal?: AbortSignal): Promise<SpanDetail> =>
    get(`/traces/${encodeURIComponent(traceId)}/spans/${encodeURIComponent(spanId)}`, signal),
  status: (signal?: AbortSignal): Promise<Status> => get("/status", signal),
};

/** Address of a trace as OTLP/JSON. */
export function otlpAddress(traceId: string): string {
  return `/api/v1/traces/${encodeURIComponent(traceId)}/otlp`;
}

async function get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, { headers: { accept: "application/json" }, ...(signal && { signal }) });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ApiFailure(
      "unreachable",
      "Genscope does not answer. Is it still running? Start it with “npx genscope” and this page goes on by itself.",
      0,
      { cause: error },
    );
  }
  if (!response.ok) throw await failureOf(response);
  return response.json();
}

async function failureOf(response: Response): Promise<ApiFailure> {
  const body: unknown = await response.json().catch(() => undefined);
  if (typeof body === "object" && body !== null && "error" in body) {
    const { error } = body;
    if (typeof error === "object" && error !== null && "message" in error && "code" in error) {
      return new ApiFailure(String(error.code), String(error.message), response.status);
    }
  }
  return new ApiFailure("http", `Genscope answered ${response.status} ${response.statusText}.`, response.status);
}
