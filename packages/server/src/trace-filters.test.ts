import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { aTraceRequest } from "@genscope/otlp/testing";
import type { TraceListQuery } from "./contract.ts";
import { openTestServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

const second = 1_000_000_000n;
const now = (BigInt(Date.now()) / 1000n) * second;
const start = now - 600n * second;
const ms = (nano: bigint): string => String(nano / 1_000_000n);

/** Trace ids by the letter a test calls them. */
function id(letter: string): string {
  return letter.repeat(32);
}

describe("filters of the trace list", () => {
  let genscope: TestServer;

  before(async () => {
    genscope = await openTestServer();
    const { test } = genscope;
    await test.load(
      Signal.traces,
      aTraceRequest({
        resource: {
          "service.name": "shop",
          "deployment.environment.name": "prod",
          replicas: 3,
          canary: true,
          load: 0.5,
        },
        spans: [
          {
            traceId: id("a"),
            spanId: "a".repeat(16),
            name: "GET /ask",
            startTime: start,
            endTime: start + 2n * second,
            attributes: { "user.id": "ada", "gen_ai.conversation.id": "talk-1" },
          },
          {
            traceId: id("a"),
            spanId: "b".repeat(16),
            parentSpanId: "a".repeat(16),
            name: "chat gpt-4o",
            startTime: start + second,
            endTime: start + 2n * second,
            attributes: {
              "gen_ai.operation.name": "chat",
              "gen_ai.provider.name": "openai",
              "gen_ai.request.model": "gpt-4o",
              "gen_ai.response.model": "gpt-4o-2024-08-06",
              temperature: 0.25,
              retries: 2,
              big: 9_223_372_036_854_775_807n,
              stream: true,
              note: "Straße zum Glück",
            },
          },
        ],
      }),
    );
    await test.load(
      Signal.traces,
      aTraceRequest({
        resource: { "service.name": "agents" },
        spans: [
          {
            traceId: id("b"),
            name: "invoke_agent researcher",
            startTime: start + 10n * second,
            endTime: start + 40n * second,
            status: { code: 2, message: "the tool gave up" },
            attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "researcher" },
          },
          {
            traceId: id("b"),
            parentSpanId: "00000000000000bb",
            name: "execute_tool search",
            startTime: start + 20n * second,
            endTime: start + 30n * second,
            attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "search", retries: 3 },
          },
        ],
      }),
    );
    await test.load(
      Signal.traces,
      aTraceRequest({
        resource: { "service.name": "plain" },
        spans: [
          {
            traceId: id("c"),
            name: "cron",
            startTime: start + 20n * second,
            endTime: start + 20n * second + 5_000_000n,
            status: { code: 1 },
            attributes: { "user.id": "grace", "key=with=equals": "x=y" },
          },
          // in the second service of trace a, ten minutes later in another block
          {
            traceId: id("a"),
            parentSpanId: "a".repeat(16),
            name: "late",
            startTime: start + 300n * second,
            status: { code: 2 },
          },
        ],
      }),
    );
  });
  after(() => genscope[Symbol.asyncDispose]());

  /** The letters of the traces found, oldest first. */
  async function found(query: Partial<TraceListQuery>): Promise<string> {
    const { traces } = await genscope.client.traces({ order: "asc", ...query });
    return traces.map(({ traceId }) => traceId[0]).join("");
  }

  async function failure(query: string): Promise<[number, string]> {
    const answer = await genscope.get(`/api/v1/traces?${query}`);
    const { error } = (await answer.json()) as { error: { code: string; message: string } };
    return [answer.status, error.code];
  }

  it("finds all without a filter", async () => assert.equal(await found({}), "abc"));

  const cases: readonly [Partial<TraceListQuery>, string][] = [
    [{ service: "shop" }, "a"],
    [{ service: ["shop", "agents"] }, "ab"],
    [{ service: "plain" }, "ac"],
    [{ service: "sho" }, ""],
    [{ name: "GET /ask" }, "a"],
    [{ name: "execute_tool search" }, "b"],
    [{ name: ["cron", "chat gpt-4o"] }, "ac"],
    [{ operation: "chat" }, "a"],
    [{ operation: ["invoke_agent", "chat"] }, "ab"],
    [{ provider: "openai" }, "a"],
    [{ model: "gpt-4o" }, "a"],
    [{ model: "gpt-4o-2024-08-06" }, "a"],
    [{ model: "gpt-4" }, ""],
    [{ agent: "researcher" }, "b"],
    [{ tool: "search" }, "b"],
    [{ spanType: "model" }, "a"],
    [{ spanType: ["tool", "model"] }, "ab"],
    [{ conversation: "talk-1" }, "a"],
    [{ user: "ada" }, "a"],
    [{ user: "grace" }, "c"],
    [{ status: "error" }, "ab"],
    [{ status: "ok" }, "c"],
    [{ service: "shop", status: "error" }, "a"],
    [{ minDurationMs: 30_000 }, "ab"],
    [{ minDurationMs: 30_000.5 }, "a"],
    [{ maxDurationMs: 5 }, "c"],
    [{ maxDurationMs: 4.9 }, ""],
    [{ minDurationMs: 1, maxDurationMs: 30_000 }, "bc"],
    [{ attribute: "gen_ai.request.model=gpt-4o" }, "a"],
    [{ attribute: "retries=2" }, "a"],
    [{ attribute: "retries=3" }, "b"],
    [{ attribute: "retries=02" }, "a"],
    [{ attribute: "big=9223372036854775807" }, "a"],
    [{ attribute: "big=9223372036854775808" }, ""],
    [{ attribute: "temperature=0.25" }, "a"],
    [{ attribute: "temperature=1e400" }, ""],
    [{ attribute: "stream=true" }, "a"],
    [{ attribute: "stream=false" }, ""],
    [{ attribute: "key=with=equals=x=y" }, "c"],
    [{ attribute: "deployment.environment.name=prod" }, "a"],
    [{ attribute: "replicas=3" }, "a"],
    [{ attribute: "canary=true" }, "a"],
    [{ attribute: "load=0.5" }, "a"],
    [{ attribute: ["retries=2", "stream=true"] }, "a"],
    [{ attribute: ["retries=2", "retries=3"] }, ""],
    [{ attribute: "no such key=1" }, ""],
    [{ attribute: "user.id=" }, ""],
    [{ q: id("b") }, "b"],
    [{ q: id("B") }, "b"],
    [{ q: "b".repeat(16) }, "a"],
    [{ q: "researcher" }, "b"],
    [{ q: "gave up" }, "b"],
    [{ q: "gave missing" }, ""],
    [{ q: "STRASSE zum" }, ""],
    [{ q: "straße glück" }, "a"],
    [{ q: "  " }, "abc"],
    [{ q: "%" }, ""],
    [{ q: ".*" }, ""],
    [{ service: "shop", model: "gpt-4o", status: "error", minDurationMs: 1 }, "a"],
    [{ service: "agents", model: "gpt-4o" }, ""],
  ];
  for (const [query, letters] of cases) {
    it(`${JSON.stringify(query)} finds ${letters === "" ? "none" : letters}`, async () => {
      assert.equal(await found(query), letters);
    });
  }

  it("takes times as milliseconds and as RFC 3339, to the nanosecond, and finds what starts in between", async () => {
    assert.equal(await found({ from: ms(start), to: ms(start + 10n * second) }), "a");
    assert.equal(await found({ from: ms(start), to: ms(start + 10n * second + 1_000_000n) }), "ab");
    assert.equal(await found({ from: ms(start + 1_000_000n) }), "bc");
    const iso = (nano: bigint): string =>
      new Date(Number(nano / 1_000_000n))
        .toISOString()
        .replace(/\.\d+Z/, `.${String(nano % second).padStart(9, "0")}Z`);
    assert.equal(await found({ from: iso(start) }), "abc");
    assert.equal(await found({ from: iso(start + 1n) }), "bc");
    assert.equal(await found({ from: iso(start), to: iso(start + 1n) }), "a");
    assert.equal(await found({ from: iso(start - 1n), to: iso(start) }), "");
  });

  it("looks at the last hour unless told otherwise", async () => {
    const { test } = genscope;
    const old = now - 2n * 3600n * second;
    await test.load(Signal.traces, aTraceRequest({ spans: [{ traceId: id("d"), name: "old", startTime: old }] }));
    assert.equal(await found({}), "abc");
    assert.equal(await found({ from: "0" }), "dabc");
    assert.equal(await found({ to: String((now - 3600n * second) / 1_000_000n) }), "d");
    assert.equal(await found({ q: id("d") }), "d", "an id is looked for at any time");
  });

  it("refuses parameters it cannot use, and says which", async () => {
    for (const [query, code] of [
      ["from=yesterday", "invalid-time"],
      ["from=2026-13-01", "invalid-time"],
      ["from=5&to=5", "invalid-time"],
      ["from=10&to=5", "invalid-time"],
      ["to=8640000000000000", "invalid-time"],
      ["to=%2B275760-09-13T00:00:00Z", "invalid-time"],
      ["from=99999999999999999999", "invalid-time"],
      ["attribute=key", "invalid-parameter"],
      ["attribute=", "invalid-parameter"],
      ["attribute=a=b&attribute==b", "invalid-parameter"],
      ["limit=0", "invalid-parameter"],
      ["limit=501", "invalid-parameter"],
      ["limit=1.5", "invalid-parameter"],
      ["limit=x", "invalid-parameter"],
      ["sort=name", "invalid-parameter"],
      ["order=down", "invalid-parameter"],
      ["status=unset", "invalid-parameter"],
      ["spanType=banana", "invalid-parameter"],
      ["minDurationMs=-1", "invalid-parameter"],
      ["minDurationMs=x", "invalid-parameter"],
      ["maxDurationMs=Infinity", "invalid-parameter"],
      [`q=${"x".repeat(1001)}`, "invalid-parameter"],
    ]) {
      assert.deepEqual(await failure(query!), [400, code], query);
    }
    const answer = await genscope.get("/api/v1/traces?limit=0&sort=x");
    assert.match(((await answer.json()) as { error: { message: string } }).error.message, /sort.*limit|limit.*sort/);
  });

  it("counts the same in the facets, each ignoring its own filter", async () => {
    const { facets, total, histogram } = await genscope.client.facets({ service: "agents" });
    assert.equal(total, 1);
    assert.deepEqual(facets.service, [
      { value: "plain", count: 2 },
      { value: "agents", count: 1 },
      { value: "shop", count: 1 },
    ]);
    assert.deepEqual(facets.status, [{ value: "error", count: 1 }]);
    assert.deepEqual(facets.tool, [{ value: "search", count: 1 }]);
    assert.deepEqual(facets.model, []);
    assert.equal(
      histogram.counts.reduce((sum, count) => sum + count, 0),
      1,
    );
    assert.equal(
      histogram.errors.reduce((sum, count) => sum + count, 0),
      1,
    );
    const failed = await genscope.client.facets({ status: "error" });
    assert.equal(failed.total, 2);
    assert.deepEqual(failed.facets.status, [
      { value: "error", count: 2 },
      { value: "ok", count: 1 },
    ]);
    assert.deepEqual(await genscope.client.services(), ["agents", "plain", "shop", "test-service"]);
  });
});
