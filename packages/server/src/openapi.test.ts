import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import SwaggerParser from "@apidevtools/swagger-parser";
import { Signal } from "@genscope/otlp";
import { aTraceRequest } from "@genscope/otlp/testing";
import { Ajv2020 } from "ajv/dist/2020.js";
import { openTestServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
  readonly parameters?: readonly { readonly name: string; readonly description?: string }[];
}
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Sample {
  readonly url: string;
  readonly status: number;
  readonly body?: unknown;
  /** Default: JSON. */
  readonly type?: string;
}

const traceId = "1".repeat(32);
const spanId = "2".repeat(16);
const unknownTrace = "f".repeat(32);

/** Requests of each route, one at least for each status it can give while the engine is up. */
const samples: Readonly<Record<string, readonly Sample[]>> = {
  "get /api/v1/traces": [
    { url: "/api/v1/traces", status: 200 },
    { url: "/api/v1/traces?service=a&service=b&sort=tokens&limit=1", status: 200 },
    { url: "/api/v1/traces?limit=0", status: 400 },
  ],
  "get /api/v1/facets": [
    { url: "/api/v1/facets", status: 200 },
    { url: "/api/v1/facets?from=x", status: 400 },
  ],
  "get /api/v1/traces/{traceId}": [
    { url: `/api/v1/traces/${traceId}`, status: 200 },
    { url: `/api/v1/traces/${unknownTrace}`, status: 404 },
    { url: "/api/v1/traces/x", status: 400 },
  ],
  "get /api/v1/traces/{traceId}/otlp": [
    { url: `/api/v1/traces/${traceId}/otlp`, status: 200 },
    { url: `/api/v1/traces/${unknownTrace}/otlp`, status: 404 },
    { url: "/api/v1/traces/x/otlp", status: 400 },
  ],
  "get /api/v1/traces/{traceId}/spans/{spanId}": [
    { url: `/api/v1/traces/${traceId}/spans/${spanId}`, status: 200 },
    { url: `/api/v1/traces/${traceId}/spans/${"f".repeat(16)}`, status: 404 },
    { url: `/api/v1/traces/${traceId}/spans/x`, status: 400 },
  ],
  "get /api/v1/services": [{ url: "/api/v1/services", status: 200 }],
  "get /api/v1/status": [{ url: "/api/v1/status", status: 200 }],
  "post /api/v1/query": [
    { url: "/api/v1/query", status: 200, body: { sql: "SELECT 1 AS x" } },
    { url: "/api/v1/query", status: 200, body: { sql: "SELECT 1 AS x", format: "csv" } },
    { url: "/api/v1/query", status: 200, body: { sql: "SELECT 1 AS x", format: "table" } },
    { url: "/api/v1/query", status: 400, body: { sql: "SELECT" } },
    { url: "/api/v1/query", status: 400, body: { sql: "SELECT 1", format: "xml" } },
    { url: "/api/v1/query", status: 400, body: {} },
    { url: "/api/v1/query", status: 415, body: { sql: "SELECT 1" }, type: "text/plain" },
    { url: "/api/v1/query", status: 403, body: { sql: "DROP TABLE spans" } },
  ],
  "post /api/v1/costs/recompute": [
    { url: "/api/v1/costs/recompute", status: 200, body: {} },
    { url: "/api/v1/costs/recompute", status: 400, body: { prices: { prices: 3 } } },
    { url: "/api/v1/costs/recompute", status: 415, body: {}, type: "text/plain" },
  ],
  "get /api/v1/live": [
    { url: "/api/v1/live", status: 200 },
    { url: "/api/v1/live?spans=1&service=a", status: 200 },
    { url: "/api/v1/live?spans=yes", status: 400 },
  ],
};

function pointer(...parts: readonly string[]): string {
  return parts.map((part) => `/${encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))}`).join("");
}

describe("the OpenAPI document", () => {
  let genscope: TestServer;
  let document: Document;
  before(async () => {
    genscope = await openTestServer();
    await genscope.test.load(
      Signal.traces,
      aTraceRequest({
        spans: [
          {
            traceId,
            spanId,
            startTime: BigInt(Date.now()) * 1_000_000n,
            attributes: { a: 1, b: [null, { c: new Uint8Array([1]) }], d: Number.NaN },
            events: [{ name: "e" }],
            links: [{ traceId: unknownTrace, spanId: "f".repeat(16) }],
          },
        ],
      }),
    );
    document = (await (await genscope.get("/api/v1/openapi.json")).json()) as Document;
  });
  after(() => genscope[Symbol.asyncDispose]());

  it("is valid OpenAPI 3.1", async () => {
    assert.match(document.openapi, /^3\.1\./);
    await SwaggerParser.validate(structuredClone(document) as never);
  });

  it("has the routes there are", () => {
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    assert.deepEqual(routes.toSorted(), Object.keys(samples).toSorted());
  });

  for (const [route, requests] of Object.entries(samples)) {
    it(`says of ${route} what it answers`, async () => {
      const ajv = new Ajv2020({ strict: false, allErrors: true });
      ajv.addSchema(document, "doc");
      const [method = "", path = ""] = route.split(" ");
      const { responses } = document.paths[path]![method]!;
      const seen = new Set<string>();
      for (const { url, status, body, type: sentType = "application/json" } of requests) {
        const stop = new AbortController();
        const answer = await genscope.get(url, {
          method: method.toUpperCase(),
          signal: stop.signal,
          ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": sentType } }),
        });
        assert.equal(answer.status, status, url);
        seen.add(String(status));
        const said = responses[status]?.content ?? {};
        const type = answer.headers.get("content-type")!.split(";")[0]!;
        assert.ok(type in said, `${url}: ${status} as ${type} is not in the document`);
        if (type !== "application/json") {
          if (type === "text/event-stream") stop.abort();
          else assert.notEqual(await answer.text(), "");
          continue;
        }
        const schema = `doc#${pointer("paths", path, method, "responses", String(status), "content", type, "schema")}`;
        const isValid = ajv.compile({ $ref: schema });
        assert.ok(isValid(await answer.json()), `${url}: ${ajv.errorsText(isValid.errors)}`);
      }
      // what comes of a store that is away is seen in its own test, keys and hosts in theirs, two that want the same in theirs
      const testedElsewhere = new Set(["401", "403", "409", "503", "504"]);
      const untested = Object.keys(responses).filter((status) => !seen.has(status) && !testedElsewhere.has(status));
      assert.deepEqual(untested, []);
    });
  }

  it("describes each filter", () => {
    const { parameters = [] } = document.paths["/api/v1/traces"]!["get"]!;
    for (const { name, description } of parameters) {
      assert.ok(description !== undefined && description !== "", `${name} has no description`);
    }
  });
});
