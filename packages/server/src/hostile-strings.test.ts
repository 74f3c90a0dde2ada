import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { aTraceRequest } from "@genscope/otlp/testing";
import { openTestServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

/** Strings that mean something to SQL, to the engine's parameters, to regular expressions, to HTML, or to a terminal. */
const hostile = [
  "'",
  "\\",
  "\\'",
  "''",
  '"',
  "`",
  "'; DROP TABLE spans; --",
  "' OR 1=1 --",
  "\\' OR 1=1 --",
  "') UNION ALL SELECT trace_id FROM spans --",
  "{p0:String}",
  "{p0:Identifier}",
  "${jndi:ldap://x}",
  "nul\0in the middle",
  "\0",
  "tab\tnew\nline\rreturn",
  "\\t\\n\\0\\N",
  "\\N",
  "NULL",
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "%' AND sleep(3) AND '%",
  "/* comment",
  "-- comment",
  "漢字 \u{1F600} \u202E reversed",
  "\u001b[2J",
  "__proto__",
  "constructor",
  "a=b=c",
  "x".repeat(900),
  "[1,2]",
  "file('/etc/passwd')",
];

const startTime = BigInt(Date.now() - 60_000) * 1_000_000n;

const traceIdOf = (i: number): string => (i + 1).toString(16).padStart(4, "0").repeat(8);
const spanIdOf = (i: number): string => (i + 1).toString(16).padStart(4, "0").repeat(4);

/** All at once, so that it does not take long. */
async function forEach(texts: readonly string[], check: (text: string, i: number) => Promise<void>): Promise<void> {
  await Promise.all(texts.map(check));
}

describe("strings that mean something to SQL", () => {
  let genscope: TestServer;
  before(async () => {
    genscope = await openTestServer();
    for (const [i, text] of hostile.entries()) {
      await genscope.test.append(
        Signal.traces,
        aTraceRequest({
          resource: { "service.name": text, [`resource ${text}`]: text },
          scope: { name: text, version: text },
          spans: [
            {
              traceId: traceIdOf(i),
              spanId: spanIdOf(i),
              name: text,
              startTime,
              status: { code: 2, message: text },
              traceState: `k=${text.slice(0, 20)}`,
              attributes: {
                [text]: text,
                "gen_ai.operation.name": text,
                "gen_ai.provider.name": text,
                "gen_ai.request.model": text,
                "gen_ai.agent.name": text,
                "gen_ai.tool.name": text,
                "gen_ai.conversation.id": text,
                "user.id": text,
                list: [text],
              },
              events: [{ name: text, attributes: { [text]: text } }],
            },
          ],
        }),
      );
    }
    await genscope.test.loader.drained();
  });
  after(() => genscope[Symbol.asyncDispose]());

  async function ask(i: number, query: object): Promise<void> {
    const { traces } = await genscope.client.traces(query);
    assert.deepEqual(
      traces.map(({ traceId }) => traceId),
      [traceIdOf(i)],
      JSON.stringify(query).slice(0, 100),
    );
  }

  it("are stored and given back as they were sent", async () => {
    await forEach(hostile, async (text, i) => {
      const span = await genscope.client.span(traceIdOf(i), spanIdOf(i));
      assert.equal(span.name, text);
      assert.equal(span.status.message, text);
      assert.equal(span.scope.name, text);
      assert.deepEqual(span.attributes.find(({ key }) => key === text)?.value, { stringValue: text });
      assert.deepEqual(span.attributes.find(({ key }) => key === "list")?.value, {
        arrayValue: { values: [{ stringValue: text }] },
      });
      assert.equal(span.events[0]?.name, text);
      assert.deepEqual(span.events[0]?.attributes, [{ key: text, value: { stringValue: text } }]);
      const trace = await genscope.client.trace(traceIdOf(i));
      assert.deepEqual([trace.names, trace.services, trace.summary.service], [[text], [text], text]);
    });
  });

  it("find their own trace as a filter's value, and no other", async () => {
    const names = ["service", "name", "operation", "provider", "model", "agent", "tool", "conversation", "user"];
    await forEach(hostile, (text, i) =>
      ask(i, { ...Object.fromEntries(names.map((name) => [name, text])), minDurationMs: 0 }),
    );
    for (const name of names) await forEach(hostile.slice(0, 4), (text, i) => ask(i, { [name]: text }));
  });

  it("find their own trace as an attribute's key and value, and as a resource's", async () => {
    await forEach(hostile, async (text, i) => {
      const { traces } = await genscope.client.traces({ attribute: [`${text}=${text}`, `resource ${text}=${text}`] });
      assert.deepEqual(
        traces.map(({ traceId }) => traceId),
        [traceIdOf(i)],
        JSON.stringify(text.slice(0, 50)),
      );
    });
  });

  it("are words like others to the search", async () => {
    await forEach(hostile, async (text, i) => {
      if (text.length > 500 || text.trim() === "") return;
      const { traces } = await genscope.client.traces({ q: text, limit: 100 });
      assert.ok(
        traces.some(({ traceId }) => traceId === traceIdOf(i)),
        JSON.stringify(text),
      );
    });
    assert.equal((await genscope.client.traces({ q: "'; DROP TABLE spans; --" })).traces.length, 1);
  });

  it("come out of the facets as they are", async () => {
    const { facets } = await genscope.client.facets();
    assert.deepEqual(facets.service.map(({ value }) => value).toSorted(), hostile.toSorted());
    assert.deepEqual((await genscope.client.services()).toSorted(), hostile.toSorted());
  });

  it("are names of parameters that nobody asks for", async () => {
    await forEach(hostile.slice(0, 26), async (text) => {
      const answer = await genscope.get(
        `/api/v1/traces?${encodeURIComponent(text)}=${encodeURIComponent(text)}&limit=1`,
      );
      assert.equal(answer.status, 200, JSON.stringify(text));
    });
  });

  it("are no ids", async () => {
    for (const text of hostile.slice(0, 26)) {
      const path = encodeURIComponent(text);
      for (const url of [`/traces/${path}`, `/traces/${path}/otlp`, `/traces/${traceIdOf(0)}/spans/${path}`]) {
        const { status } = await genscope.get(`/api/v1${url}`);
        assert.ok(status === 400 || status === 404, `${status} ${url}`);
      }
    }
  });

  it("leave everything where it was", async () => {
    const [counted] = await genscope.test.rows("SELECT count() AS spans, uniqExact(trace_id) AS traces FROM spans");
    assert.deepEqual(counted, { spans: String(hostile.length), traces: String(hostile.length) });
  });
});
