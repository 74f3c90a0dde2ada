import type {
  Facets,
  LiveSpan,
  RecomputeProgress,
  SpanDetail,
  Status,
  TraceFilter,
  TraceList,
  TraceListQuery,
  TraceSkeleton,
  TraceSummary,
} from "./contract.ts";

export interface ClientOptions {
  /** The UI and API address, `http://127.0.0.1:4319`. */
  readonly baseUrl: string;
  readonly apiKey?: string;
  /** In place of the global `fetch`. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** An answer of the API that is no success, or no answer at all (`unreachable`). */
export class ApiError extends Error {
  override readonly name: string = "ApiError";
  readonly code: string;
  /** HTTP status; 0 if there was no answer. */
  readonly status: number;
  constructor(code: string, message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

export type LiveEvent =
  | { readonly event: "traces"; readonly data: { traces: TraceSummary[]; skipped: number } }
  | { readonly event: "spans"; readonly data: { spans: LiveSpan[]; skipped: number } }
  | { readonly event: "status"; readonly data: Status };

export interface LiveOptions {
  /** Also the spans themselves. */
  readonly spans?: boolean;
  readonly filter?: Partial<TraceFilter>;
  readonly signal?: AbortSignal;
}

/** The query API, typed. Methods reject with {@link ApiError}. */
export interface GenscopeClient {
  traces(query?: Partial<TraceListQuery>): Promise<TraceList>;
  trace(traceId: string): Promise<TraceSkeleton>;
  span(traceId: string, spanId: string): Promise<SpanDetail>;
  /** The trace as OTLP/JSON text: a line of spans, and with `all` a line of log records if it has any. */
  traceOtlp(traceId: string, signal?: "traces" | "logs" | "all"): Promise<string>;
  facets(filter?: Partial<TraceFilter>): Promise<Facets>;
  services(): Promise<string[]>;
  status(): Promise<Status>;
  /** Read-only SQL; the rows as text. */
  query(query: { sql: string; format: "table" | "json" | "csv" }): Promise<string>;
  /** Computes costs anew, by a price table in front of list prices if one is given; ends early, after the day in hand, when the signal aborts. */
  recomputeCosts(prices: unknown, signal?: AbortSignal): AsyncGenerator<RecomputeProgress, void>;
  /** Ends when the signal aborts; rejects when the connection is lost. */
  live(options?: LiveOptions): AsyncGenerator<LiveEvent, void>;
}

type Parameters = Readonly<Record<string, string | number | readonly string[] | undefined>>;

function search(parameters: Parameters): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue;
    for (const each of Array.isArray(value) ? value : [value]) pairs.append(name, String(each));
  }
  const text = pairs.toString();
  return text === "" ? "" : `?${text}`;
}

async function failureOf(response: Response): Promise<ApiError> {
  const text = await response.text();
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string } };
    return new ApiError(error.code, error.message, response.status);
  } catch {
    return new ApiError("http", `${response.status} ${response.statusText}: ${text.slice(0, 200)}`, response.status);
  }
}

/** Server-sent events out of a body (html.spec.whatwg.org, "Server-sent events"); comments are left out. */
async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<LiveEvent, void> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf("\n\n"); end !== -1; end = text.indexOf("\n\n")) {
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const event = lines
        .find((line) => line.startsWith("event:"))
        ?.slice(6)
        .trim();
      const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trimStart());
      if (event !== undefined && data.length > 0) yield { event, data: JSON.parse(data.join("\n")) } as LiveEvent;
    }
  }
}

/** Lines of JSON out of a body. */
async function* readLines(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown, void> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body) {
    const lines = (text + decoder.decode(chunk, { stream: true })).split("\n");
    text = lines.pop()!;
    for (const line of lines) yield JSON.parse(line);
  }
}

export function createClient(options: ClientOptions): GenscopeClient {
  const base = `${options.baseUrl.replace(/\/$/, "")}/api/v1`;
  const request = options.fetch ?? ((url: string, init: RequestInit): Promise<Response> => fetch(url, init));
  const headers: Record<string, string> =
    options.apiKey === undefined ? {} : { authorization: `Bearer ${options.apiKey}` };

  async function send(path: string, init: RequestInit = {}): Promise<Response> {
    let response: Response;
    try {
      response = await request(`${base}${path}`, {
        ...init,
        headers: { ...headers, ...(init.headers as Record<string, string>) },
      });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new ApiError(
        "unreachable",
        `nothing answers at ${options.baseUrl}. Start Genscope (npm start, or genscope up), or name its address with --url or GENSCOPE_URL`,
        0,
        { cause: error },
      );
    }
    if (!response.ok) throw await failureOf(response);
    return response;
  }

  async function get<Answer>(path: string): Promise<Answer> {
    return (await (await send(path)).json()) as Answer;
  }

  return {
    traces: (query = {}) => get(`/traces${search(query)}`),
    trace: (traceId) => get(`/traces/${encodeURIComponent(traceId)}`),
    span: (traceId, spanId) => get(`/traces/${encodeURIComponent(traceId)}/spans/${encodeURIComponent(spanId)}`),
    traceOtlp: async (traceId, signal) =>
      (await send(`/traces/${encodeURIComponent(traceId)}/otlp${search({ signal })}`)).text(),
    facets: (filter = {}) => get(`/facets${search(filter)}`),
    services: async () => (await get<{ services: string[] }>("/services")).services,
    status: () => get("/status"),
    query: async (query) =>
      (
        await send("/query", {
          method: "POST",
          body: JSON.stringify(query),
          headers: { "content-type": "application/json" },
        })
      ).text(),
    async *recomputeCosts(prices, signal) {
      const response = await send("/costs/recompute", {
        method: "POST",
        body: JSON.stringify({ prices }),
        headers: { "content-type": "application/json" },
        ...(signal === undefined ? {} : { signal }),
      });
      if (response.body === null) return;
      try {
        for await (const line of readLines(response.body)) {
          const { error, ...progress } = line as RecomputeProgress & { readonly error?: string };
          if (error !== undefined) throw new ApiError("recompute-failed", error, response.status);
          yield progress;
        }
      } catch (error) {
        if (!signal?.aborted) throw error;
      }
    },
    async *live({ spans = false, filter = {}, signal } = {}) {
      try {
        const response = await send(
          `/live${search({ ...filter, spans: spans ? "1" : undefined })}`,
          signal === undefined ? {} : { signal },
        );
        if (response.body !== null) yield* readEvents(response.body);
      } catch (error) {
        if (!signal?.aborted) throw error;
      }
    },
  };
}
