import { setTimeout as delay } from "node:timers/promises";
import { createKeyCheck } from "@genscope/otlp/receiver";
import type { Loader, Store } from "@genscope/store";
import {
  CursorError,
  listServices,
  listTraces,
  spanDetail,
  tableSizes,
  traceFacets,
  traceLogsOtlpJson,
  traceOtlpJson,
  traceSkeleton,
} from "@genscope/store/queries";
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Hook } from "@hono/zod-openapi";
import { compress } from "hono/compress";
import type { Env } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { answerFailure, ApiFailure, toFailure } from "./api-failure.ts";
import * as contract from "./contract.ts";
import type { Status } from "./contract.ts";
import { streamLive } from "./live-route.ts";
import type { LiveHub } from "./live-hub.ts";
import { toStoreFilter } from "./parse-filter.ts";
import { queryBody, runReadOnly } from "./read-only-query.ts";
import { createRecomputeRoute } from "./recompute-route.ts";
import { staticFiles } from "./static-files.ts";

export interface ApiOptions {
  readonly store: Pick<Store, "client" | "status" | "ready">;
  readonly loader: Pick<Loader, "onStored">;
  readonly hub: LiveHub;
  /** All of the status but the store's own part. */
  readonly status: () => Omit<Status, "store">;
  /** Directory of the built UI. */
  readonly webRoot: string;
  /** If given, every request to the API must carry it. */
  readonly apiKey?: string;
  readonly isHostAllowed: (host: string | undefined) => boolean;
  /** How long a question waits for an engine that is starting. Default: longer than a start takes. */
  readonly patienceMs?: number;
}

const prefix = "/api/v1";
const defaultPatienceMs = 5_000;
const statusPatienceMs = 1_000;

function storeAway(lastError: string | undefined): string {
  const why = lastError === undefined ? "" : ` (${lastError})`;
  return `the store's engine is starting or restarting${why}; nothing received is lost. Try again in a moment.`;
}

const invalid: Hook<unknown, Env, string, unknown> = (result) => {
  if (result.success) return;
  const said = result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  throw new ApiFailure(400, "invalid-parameter", said);
};

function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { "application/json": { schema } } };
}

const failures = {
  400: json(contract.apiError, "A parameter cannot be used; the message says which and why"),
  401: json(contract.apiError, "An API key is needed, or the one sent is not known"),
  403: json(contract.apiError, "Refused: by the name in the Host header, or a query that would do more than ask"),
  503: json(contract.apiError, "The store's engine is starting or restarting: ask again after `Retry-After` seconds"),
  504: json(contract.apiError, "The question took longer than 30 s"),
};
const notStored = json(contract.apiError, "Not stored");
const { 400: badParameter, ...withoutParameters } = failures;

/** What of the engine's JSON format is there for every query. */
const rowsAsJson = z.object({
  meta: z.array(z.object({ name: z.string(), type: z.string() })),
  data: z.array(z.record(z.string(), z.unknown())),
  rows: z.number(),
});

const traceParams = z.object({ traceId: contract.traceId });
const spanParams = traceParams.extend({ spanId: contract.spanId });

async function statusOf(options: ApiOptions): Promise<Status> {
  const store = options.store.status();
  // asked without waiting: the status must be there when the engine is not
  const sizes = store.state === "ready" ? tableSizes(options.store.client).catch(() => []) : [];
  const tables = await Promise.race([sizes, delay(statusPatienceMs, [])]);
  return {
    ...options.status(),
    store: {
      kind: store.kind,
      state: store.state,
      version: store.version ?? null,
      restarts: store.restarts,
      lastError: store.lastError ?? null,
      tables,
    },
  };
}

/** The query API and the UI's files, as an app that tests can ask without a port. */
export function createApi(options: ApiOptions): OpenAPIHono {
  const { client } = options.store;
  const app = new OpenAPIHono({ defaultHook: invalid });
  const checkKey = createKeyCheck(options.apiKey === undefined ? [] : [options.apiKey]);

  app.onError((error, context) => answerFailure(context, toFailure(error)));
  app.use(async (context, next) => {
    if (!options.isHostAllowed(context.req.header("host"))) {
      const message = "this Host name is not one Genscope answers to; add it with --allowed-hosts if it is yours";
      return answerFailure(context, new ApiFailure(403, "unknown-host", message));
    }
    return next();
  });
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", "data:"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
      xFrameOptions: "DENY",
      referrerPolicy: "no-referrer",
    }),
  );
  app.use(`${prefix}/*`, async (context, next) => {
    try {
      checkKey(context.req.header());
    } catch (error) {
      return answerFailure(context, new ApiFailure(401, "unauthenticated", (error as Error).message));
    }
    return next();
  });
  for (const path of ["traces", "traces/*", "facets", "services", "query", "costs/*"]) {
    app.use(`${prefix}/${path}`, async (_, next) => {
      try {
        await options.store.ready(AbortSignal.timeout(options.patienceMs ?? defaultPatienceMs));
      } catch (error) {
        throw new ApiFailure(503, "store-away", storeAway(options.store.status().lastError), { cause: error });
      }
      return next();
    });
  }
  // what comes bit by bit must not wait in a compressor
  const compressed = compress();
  const streams = new Set([`${prefix}/live`, `${prefix}/costs/recompute`]);
  app.use((context, next) => (streams.has(context.req.path) ? next() : compressed(context, next)));

  app.get("/healthz", (context) => context.json({ status: "ok", store: options.store.status().state }));

  app.openapi(
    createRoute({
      method: "get",
      path: `${prefix}/traces`,
      summary: "Traces, newest first unless asked otherwise, a page at a time",
      description:
        "A trace is listed if it starts in the time range. Pages follow one another by `next`, and traces that arrive meanwhile move nothing.",
      request: { query: contract.traceListQuery },
      responses: { 200: json(contract.traceList, "A page"), ...failures },
    }),
    async (context) => {
      const { sort, order, limit, cursor, ...filter } = context.req.valid("query");
      try {
        const page = await listTraces(client, {
          filter: toStoreFilter(filter),
          sort,
          order,
          limit,
          ...(cursor === undefined ? {} : { cursor }),
        });
        return context.json(page, 200);
      } catch (error) {
        if (error instanceof CursorError) throw new ApiFailure(400, "invalid-cursor", error.message);
        throw error;
      }
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: `${prefix}/facets`,
      summary: "Values to filter by, with counts, and how the traces lie in time",
      description:
        "At most 50 values per facet, the commonest first; each facet ignores its own filter. Traces that began before the time range and go on in it may be counted, though the list leaves them out.",
      request: { query: contract.traceFilter },
      responses: { 200: json(contract.facets, "Facets"), ...failures },
    }),
    async (context) => context.json(await traceFacets(client, toStoreFilter(context.req.valid("query"))), 200),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: `${prefix}/traces/{traceId}`,
      summary: "A trace without its bodies, in columns",
      description:
        "Entry _i_ of every array under `spans` is span _i_, ordered by start. Names and services are indexes into `names` and `services`, parents are indexes of spans: -1 for a root, -2 where the parent has not arrived (its id is in `missingParents`). Made to carry 100,000 spans.",
      request: { params: traceParams },
      responses: { 200: json(contract.traceSkeleton, "The trace"), 404: notStored, ...failures },
    }),
    async (context) => {
      const trace = await traceSkeleton(client, context.req.valid("param").traceId);
      if (trace === undefined) throw new ApiFailure(404, "unknown-trace", "no span of this trace is stored");
      return context.json(trace, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: `${prefix}/traces/{traceId}/otlp`,
      summary: "A trace as OTLP/JSON",
      description:
        "What `genscope import` and any OTLP receiver take. Captured prompts and answers are log records, unless an application puts them on its spans.",
      request: { params: traceParams, query: contract.otlpQuery },
      responses: {
        200: json(z.object({ resourceSpans: z.array(z.unknown()) }), "The trace"),
        404: notStored,
        ...failures,
      },
    }),
    async (context) => {
      const { traceId } = context.req.valid("param");
      const { signal } = context.req.valid("query");
      const [spans, logs] = await Promise.all([
        signal === "logs" ? "" : traceOtlpJson(client, traceId),
        signal === "traces" ? "" : traceLogsOtlpJson(client, traceId),
      ]);
      if (spans === undefined) throw new ApiFailure(404, "unknown-trace", "no span of this trace is stored");
      const isOne = signal !== "all";
      return new Response(spans + logs || '{"resourceLogs":[]}\n', {
        headers: {
          "content-type": isOne ? "application/json" : "application/x-ndjson",
          "content-disposition": `attachment; filename="${traceId}.${isOne ? "json" : "jsonl"}"`,
        },
      }) as never;
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: `${prefix}/traces/{traceId}/spans/{spanId}`,
      summary: "Everything known of a span",
      description:
        "Attributes with their OTLP types, events, links, resource, scope, and the log records that carry its id.",
      request: { params: spanParams },
      responses: { 200: json(contract.spanDetail, "The span"), 404: notStored, ...failures },
    }),
    async (context) => {
      const { traceId, spanId } = context.req.valid("param");
      const span = await spanDetail(client, traceId, spanId);
      if (span === undefined) throw new ApiFailure(404, "unknown-span", "this span is not stored");
      return context.json(span, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: `${prefix}/services`,
      summary: "Names of the services that sent anything",
      responses: { 200: json(z.object({ services: z.array(z.string()) }), "Names"), ...withoutParameters },
    }),
    async (context) => context.json({ services: await listServices(client) }, 200),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: `${prefix}/status`,
      summary: "Where every item is, counted at each stage",
      description:
        "Answers while the engine is away; `store.state` says so. `stored.lastError` is why nothing can be stored at the moment.",
      responses: { 200: json(contract.status, "Status"), 401: failures[401], 403: failures[403] },
    }),
    async (context) => context.json(await statusOf(options), 200),
  );

  app.openapi(
    createRoute({
      method: "post",
      path: `${prefix}/query`,
      summary: "Read-only SQL, ClickHouse dialect; at most 10,000 rows and 30 s",
      description:
        "The store's tables and the views named as the OpenTelemetry Collector's ClickHouse exporter names them (`otel_traces`, `otel_logs`, `otel_metrics_*`). One statement, SELECT, SHOW TABLES, DESCRIBE, EXPLAIN or EXISTS, without FORMAT and SETTINGS. What would read files, reach other machines or tell of the machine is refused.",
      request: { body: { required: true, content: { "application/json": { schema: queryBody } } } },
      responses: {
        200: {
          description: "Rows in the format asked for",
          content: {
            "application/json": { schema: rowsAsJson },
            "text/csv": { schema: z.string() },
            "text/plain": { schema: z.string() },
          },
        },
        // a page of another origin could send anything but JSON without being asked about it
        415: json(contract.apiError, "The body is not sent as `application/json`"),
        ...failures,
      },
    }),
    async (context) => (await runReadOnly(client, context.req.valid("json"))) as never,
  );

  const recompute = createRecomputeRoute(client);
  app.openapi(
    createRoute({
      method: "post",
      path: `${prefix}/costs/recompute`,
      summary: "Computes what stored calls cost by other prices, and what of them is counted",
      description:
        "A line of JSON for every day of arrival that is done. Whoever closes the connection ends it after the day in hand; what is done stays, and another run does the rest.",
      request: { body: { required: true, content: { "application/json": { schema: contract.recomputeBody } } } },
      responses: {
        200: {
          description: "Progress, and in the last line the result; a line with `error` if it failed",
          content: { "application/x-ndjson": { schema: contract.recomputeProgress } },
        },
        409: json(contract.apiError, "Costs are being computed already"),
        // a page of another origin could send anything but JSON without being asked about it
        415: json(contract.apiError, "The body is not sent as `application/json`"),
        ...failures,
      },
    }),
    (context) => recompute(context, context.req.valid("json").prices) as never,
  );

  app.openapi(
    createRoute({
      method: "get",
      path: `${prefix}/live`,
      summary: "Server-sent events: traces that changed, spans as they are stored, status",
      description:
        "Begins with a `status` event; another comes every two seconds in which nothing else does. `traces` carries the newest state of traces that changed, whenever they started; `spans` the spans stored. Both say in `skipped` how many, at the least, were left out to keep the pace.",
      request: { query: contract.liveQuery },
      responses: {
        200: { description: "Events", content: { "text/event-stream": { schema: z.string() } } },
        400: badParameter,
        401: failures[401],
        403: failures[403],
      },
    }),
    (context) => {
      const { spans, ...filter } = context.req.valid("query");
      const live = { client, hub: options.hub, filter, spans: spans === "1", status: () => statusOf(options) };
      return streamLive(context, live);
    },
  );

  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
  app.openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "apiKey",
    in: "header",
    name: "x-api-key",
  });
  app.doc31(`${prefix}/openapi.json`, {
    openapi: "3.1.0",
    info: {
      title: "Genscope query API",
      version: "1",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
      description: "Identifiers are lower-case hex; times are decimal strings of nanoseconds since the Unix epoch.",
    },
    // on loopback no key is needed
    security: [{}, { bearer: [] }, { apiKey: [] }],
  });
  app.all(`${prefix}/*`, () => {
    throw new ApiFailure(404, "unknown-route", `there is no such route; ${prefix}/openapi.json lists them`);
  });
  app.get("*", staticFiles(options.webRoot));
  return app;
}
