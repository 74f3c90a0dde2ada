interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly default?: string | number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly description?: string;
  readonly schema: Schema;
}

interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

/** What of an OpenAPI document the page is made from. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const base = "http://127.0.0.1:4319/api/v1";
const listPath = "/api/v1/traces";
/** Of the list alone; its other parameters are filters. */
const paging = new Set(["sort", "order", "limit", "cursor"]);

/** The ids of W3C Trace Context's examples. */
export const exampleIds = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" } as const;
const { traceId, spanId } = exampleIds;

/** What to type, by route. */
const examples: Readonly<Record<string, readonly string[]>> = {
  "get /api/v1/traces": [
    `curl '${base}/traces?status=error&model=gpt-4o&limit=20'`,
    `curl '${base}/traces?from=2026-01-01T00:00:00Z&attribute=user.tier%3Dpro&sort=tokens'`,
  ],
  "get /api/v1/facets": [`curl '${base}/facets?service=shop'`],
  "get /api/v1/traces/{traceId}": [`curl ${base}/traces/${traceId}`],
  "get /api/v1/traces/{traceId}/otlp": [`curl '${base}/traces/${traceId}/otlp?signal=all'`],
  "get /api/v1/traces/{traceId}/spans/{spanId}": [`curl ${base}/traces/${traceId}/spans/${spanId}`],
  "get /api/v1/services": [`curl ${base}/services`],
  "get /api/v1/status": [`curl ${base}/status`],
  "post /api/v1/query": [
    `curl ${base}/query -H 'content-type: application/json' -d '{"format": "csv",\n  "sql": "SELECT model, countIf(NOT is_rolled_up), sum(counted_output_tokens) FROM spans WHERE span_type = '\\''model'\\'' GROUP BY model"}'`,
  ],
  "post /api/v1/costs/recompute": [
    `curl -N ${base}/costs/recompute -H 'content-type: application/json' -d '{"prices": {"version": "ours",\n  "prices": [{"model": "house-*", "input": 2, "output": 8}]}}'`,
  ],
  "get /api/v1/live": [`curl -N '${base}/live?spans=1&service=shop'`],
};

const head = `# HTTP API

Made from the OpenAPI document by \`npm run docs\`; do not edit. The server answers at the address of the UI, \`${base}\`. The document itself is at \`${base}/openapi.json\`,
and \`@genscope/server/client\` is a typed client. \`GET /healthz\` (without \`/api/v1\`, and without a key) answers 200 as long as the process does.

Trace ids are 32, span ids 16 lower-case hex digits. Times named \`…UnixNano\` are decimal strings of nanoseconds since the Unix epoch, because JSON numbers would round them; times
within a trace are numbers of nanoseconds after its start. What is not known is \`null\`, never 0.

## Keys and hosts

On loopback no key is needed. With \`--api-key\` (which any other \`--host\` needs) every request under \`/api/v1\` must carry it:

\`\`\`sh
curl -H "authorization: Bearer $GENSCOPE_API_KEY" ${base}/status
curl -H "x-api-key: $GENSCOPE_API_KEY" ${base}/status
\`\`\`

Without a key, requests are answered only if their \`Host\` is an address, \`localhost\`, the \`--host\`, or one of \`--allowed-hosts\`: a page that rebinds its own name to your machine gets 403.
There are no CORS headers, so that pages of other origins read nothing.

## Errors

Every answer that is no success is \`{"error": {"code": "…", "message": "…"}}\`. The message is for people; a code does not change its meaning.

| status | code                | what it means                                                                                                          |
| ------ | ------------------- | ---------------------------------------------------------------------------------------------------------------------- |
| 400    | \`invalid-parameter\` | a parameter cannot be used; the message names each                                                                     |
| 400    | \`invalid-time\`      | \`from\` or \`to\` is no time, or they are the wrong way round                                                             |
| 400    | \`invalid-cursor\`    | the cursor is none that a page gave out                                                                                |
| 400    | \`invalid-query\`     | the SQL cannot be read, or fails; the message is the engine's                                                          |
| 400    | \`invalid-request\`   | the body is no JSON; 415 if it is not sent as JSON                                                                     |
| 400    | \`invalid-prices\`    | the price table cannot be used; the message says why                                                                   |
| 401    | \`unauthenticated\`   | a key is needed, or is not known                                                                                       |
| 403    | \`unknown-host\`      | see above                                                                                                              |
| 403    | \`query-refused\`     | the SQL would do more than ask                                                                                         |
| 404    | \`unknown-trace\`     | no span of the trace is stored; \`unknown-span\`, \`unknown-route\` likewise                                               |
| 409    | \`recompute-running\` | costs are being computed already                                                                                       |
| 503    | \`store-away\`        | the engine is starting or restarting, and was not back within 5 s. Ask again after \`Retry-After\` seconds; nothing is lost |
| 504    | \`too-slow\`          | the question took longer than 30 s                                                                                     |
| 500    | \`internal\`          | a fault of Genscope                                                                                                    |
`;

const afterRoute: Readonly<Record<string, string>> = {
  "get /api/v1/traces": `Paging: the answer is \`{"traces": […], "next": "…"}\`. Ask again with \`cursor\` set to \`next\` and everything else the same, until \`next\` is \`null\`. Only the last page is shorter than
\`limit\`. No trace is repeated or left out because others arrive; one that grows can change its place in a list sorted by what grows. Without \`from\` and \`to\` the range moves with the clock.`,
  "post /api/v1/query": `Limits: 30 s, 600 MB of memory in the embedded engine, 10,000 rows (no error: an answer of exactly 10,000 rows may have more; say \`LIMIT\` and \`OFFSET\`), 64 MiB. 64-bit integers are strings in JSON.
Refused are: any other statement, and more than one; \`INTO OUTFILE\`, \`FORMAT\`, \`SETTINGS\`, \`{name:Type}\` parameters; table functions but \`numbers\`, \`zeros\`, \`primes\`, \`values\`, \`view\`, \`generate_series\`,
\`generateRandom\`, \`null\` and \`format\`; functions that read files, dictionaries or other services (\`file\`, \`dictGet…\`, \`joinGet…\`, \`ai…\`), also as a name of a column; other databases; and the tables of \`system\` that are not about what is
stored or about the language (\`tables\`, \`columns\`, \`databases\`, \`parts\`, \`functions\`, \`numbers\`, \`one\` and the like can be asked). The query runs as the engine's parser understood it, written out anew.`,
  "get /api/v1/live": `Each event is \`event: <name>\` and one line \`data: <JSON>\`: \`status\` as \`GET /api/v1/status\` answers it; \`traces\` is \`{"traces": [summaries as in the list], "skipped": n}\`; \`spans\` is
\`{"spans": […], "skipped": n}\`. Events come at most four times a second, with at most 200 traces and 500 spans each. A reader that is slow gets the newest state later, not everything. While the engine restarts
the stream stays open. Nothing is sent again after a lost connection: read the list, then listen.`,
};

function valuesOf(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(", ");
  const single = schema.anyOf?.find(({ type }) => type !== "array");
  if (single !== undefined) return `${valuesOf(single)}; repeatable`;
  if (schema.type === "integer" || schema.type === "number") {
    const range =
      schema.maximum === undefined ? `${schema.minimum ?? 0} or more` : `${schema.minimum} to ${schema.maximum}`;
    return `${schema.type === "integer" ? "whole number, " : "number, "}${range}`;
  }
  const digits = /\{(\d+)\}\$$/.exec(schema.pattern ?? "")?.[1];
  if (digits !== undefined) return `${digits} hex digits`;
  return schema.maxLength === undefined ? "text" : `text, up to ${schema.maxLength.toLocaleString("en")} characters`;
}

function table(rows: readonly Pick<Parameter, "name" | "description" | "schema">[]): string[] {
  return [
    "| parameter | values | default | what it means |",
    "| --- | --- | --- | --- |",
    ...rows.map(({ name, schema, description = schema.description ?? "" }) => {
      const value = schema.default === undefined ? "" : `\`${String(schema.default)}\``;
      return `| \`${name}\` | ${valuesOf(schema)} | ${value} | ${description.replaceAll("|", "\\|")} |`;
    }),
    "",
  ];
}

/** Filters have a table of their own; a route's holds what else it takes. */
function parametersOf(
  path: string,
  { parameters = [], requestBody }: Operation,
  filters: ReadonlySet<string>,
): string[] {
  const body = Object.entries(requestBody?.content["application/json"]?.schema.properties ?? {});
  const own = [
    ...parameters.filter(({ name, in: where }) => where === "query" && !filters.has(name)),
    ...body.map(([name, schema]) => ({ name, schema })),
  ];
  const isFiltered = parameters.some(({ name }) => filters.has(name));
  const also = path.endsWith("/live") ? ", but for the times" : "";
  return [
    ...(isFiltered ? [`Takes the [filters](#filters)${also}${own.length > 0 ? ", and:" : "."}`, ""] : []),
    ...(own.length > 0 ? table(own) : []),
  ];
}

/** docs/api.md out of the API's OpenAPI document. `scripts/api-doc.ts` writes it; a test holds it to this, and tries its examples. */
export function apiDoc({ paths }: ApiDocument): string {
  const parameters = paths[listPath]?.["get"]?.parameters ?? [];
  const filters = parameters.filter(({ name }) => !paging.has(name));
  const names = new Set(filters.map(({ name }) => name));
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const key = `${method} ${path}`;
      const after = afterRoute[key];
      return [
        `### ${method.toUpperCase()} ${path}`,
        "",
        `${operation.summary}.${operation.description === undefined ? "" : ` ${operation.description}`}`,
        "",
        "```sh",
        ...(examples[key] ?? []),
        "```",
        "",
        ...parametersOf(path, operation, names),
        ...(after === undefined ? [] : [after, ""]),
      ];
    }),
  );
  return [
    head,
    "## Filters",
    "",
    "For the list, the facets and the live stream. Different filters must all match; of several values of one filter (repeat the parameter) one must.",
    "",
    ...table(filters),
    "## Routes",
    "",
    ...routes,
  ].join("\n");
}
