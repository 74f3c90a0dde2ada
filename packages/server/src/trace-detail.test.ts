import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { jsonToProtobuf, Signal } from "@genscope/otlp";
import { aLogsRequest, aTraceRequest, type SpanInit } from "@genscope/otlp/testing";
import * as contract from "./contract.ts";
import type { TraceSkeleton } from "./contract.ts";
import { openTestServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

const startTime = BigInt(Date.now() - 60_000) * 1_000_000n;
const ms = 1_000_000n;

function spanId(number: number): string {
  return number.toString(16).padStart(16, "0");
}

/** A skeleton's tree: ids of parents by id; "-" for a root, "?" and the id for a parent that never came. */
function tree({ spans }: TraceSkeleton): Record<string, string> {
  return Object.fromEntries(
    spans.id.map((id, i) => {
      const parent = spans.parent[i]!;
      if (parent === -1) return [id, "-"];
      return [id, parent === -2 ? `?${spans.missingParents[i]}` : spans.id[parent]!];
    }),
  );
}

describe("a trace and its spans", () => {
  let genscope: TestServer;
  before(async () => {
    genscope = await openTestServer();
  });
  after(() => genscope[Symbol.asyncDispose]());

  async function failure(path: string): Promise<[number, string]> {
    const answer = await genscope.get(`/api/v1${path}`);
    const { error } = (await answer.json()) as { error: { code: string } };
    return [answer.status, error.code];
  }

  it("is shown without its root", async () => {
    const traceId = "1".repeat(32);
    await genscope.test.load(
      Signal.traces,
      aTraceRequest({
        spans: [
          { traceId, spanId: spanId(11), parentSpanId: spanId(10), name: "second", startTime: startTime + ms },
          { traceId, spanId: spanId(12), parentSpanId: spanId(10), name: "first", startTime },
          { traceId, spanId: spanId(13), parentSpanId: spanId(12), name: "inner", startTime, status: { code: 2 } },
        ],
      }),
    );
    const trace = await genscope.client.trace(traceId);
    assert.deepEqual(tree(trace), {
      [spanId(11)]: `?${spanId(10)}`,
      [spanId(12)]: `?${spanId(10)}`,
      [spanId(13)]: spanId(12),
    });
    const { name, hasRoot, status, spanCount, errorCount } = trace.summary;
    assert.deepEqual([hasRoot, status, spanCount, errorCount], [false, "error", 3, 1]);
    assert.equal(name, "first");
    const { traces } = await genscope.client.traces({ q: traceId });
    assert.deepEqual(traces, [trace.summary]);
  });

  it("is shown with several roots, named after the earliest", async () => {
    const traceId = "2".repeat(32);
    await genscope.test.load(
      Signal.traces,
      aTraceRequest({
        spans: [
          { traceId, spanId: spanId(21), name: "later root", startTime: startTime + ms },
          { traceId, spanId: spanId(22), name: "root", startTime, status: { code: 1 } },
          { traceId, spanId: spanId(23), parentSpanId: spanId(21), name: "child", startTime: startTime - ms },
        ],
      }),
    );
    const trace = await genscope.client.trace(traceId);
    assert.deepEqual(tree(trace), { [spanId(21)]: "-", [spanId(22)]: "-", [spanId(23)]: spanId(21) });
    assert.equal(trace.summary.name, "root");
    assert.equal(trace.summary.status, "ok");
    assert.equal(trace.startUnixNano, String(startTime - ms), "a child whose clock is ahead counts");
    assert.deepEqual(trace.spans.start, [0, Number(ms), Number(2n * ms)]);
  });

  it("is shown though spans are their own parents, or each other's", async () => {
    const traceId = "3".repeat(32);
    await genscope.test.load(
      Signal.traces,
      aTraceRequest({
        spans: [
          { traceId, spanId: spanId(31), parentSpanId: spanId(31), startTime },
          { traceId, spanId: spanId(32), parentSpanId: spanId(33), startTime },
          { traceId, spanId: spanId(33), parentSpanId: spanId(32), startTime },
        ],
      }),
    );
    const trace = await genscope.client.trace(traceId);
    assert.equal(trace.totalSpans, 3);
    assert.equal(trace.summary.hasRoot, false);
    contract.traceSkeleton.parse(trace);
  });

  it("keeps spans that end before they start, or have not ended", async () => {
    const traceId = "4".repeat(32);
    await genscope.test.load(
      Signal.traces,
      aTraceRequest({
        spans: [
          { traceId, spanId: spanId(41), startTime, endTime: startTime - ms },
          { traceId, spanId: spanId(42), parentSpanId: spanId(41), startTime: startTime + 1n, endTime: 0n },
        ],
      }),
    );
    const trace = await genscope.client.trace(traceId);
    assert.deepEqual(trace.spans.duration, [0, -1]);
    assert.equal(trace.summary.durationNano, 0);
  });

  it("has its spans from every block, ordered by start, each once", async () => {
    const traceId = "5".repeat(32);
    const span = (i: number): object => ({
      traceId,
      spanId: spanId(0x500 + i),
      ...(i === 0 ? {} : { parentSpanId: spanId(0x500) }),
      name: `step ${i % 3}`,
      startTime: startTime + BigInt(i) * ms,
      attributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": `m${i % 2}`,
        "gen_ai.usage.input_tokens": i,
      },
    });
    await genscope.test.load(Signal.traces, aTraceRequest({ spans: [span(4), span(2), span(0)] }));
    await genscope.test.load(Signal.traces, aTraceRequest({ spans: [span(1), span(3), span(2)] }));
    const { spans, names, labels, totalSpans } = await genscope.client.trace(traceId);
    assert.equal(totalSpans, 5);
    assert.deepEqual(
      spans.id,
      [0, 1, 2, 3, 4].map((i) => spanId(0x500 + i)),
    );
    assert.deepEqual(
      spans.name.map((name) => names[name]),
      ["step 0", "step 1", "step 2", "step 0", "step 1"],
    );
    assert.deepEqual(
      spans.label.map((label) => labels[label]),
      ["m0", "m1", "m0", "m1", "m0"],
    );
    assert.deepEqual(spans.inputTokens, [0, 1, 2, 3, 4]);
    assert.deepEqual(spans.outputTokens, [null, null, null, null, null]);
    assert.deepEqual(spans.documents, [null, null, null, null, null]);
    assert.ok(spans.type.every((type) => type === "model"));
  });

  it("says how many documents a retrieval found, in any dialect", async () => {
    const traceId = "d".repeat(32);
    const found: NonNullable<SpanInit["attributes"]>[] = [
      { "gen_ai.operation.name": "retrieval", "genscope.retrieval.count": 2 },
      { "gen_ai.operation.name": "retrieval", "gen_ai.retrieval.documents": '[{"id":"a"},{"id":"b"},{"id":"c"}]' },
      { "gen_ai.operation.name": "retrieval", "gen_ai.retrieval.documents": ["a", "b"] },
      {
        "openinference.span.kind": "RETRIEVER",
        "retrieval.documents.0.document.content": "a",
        "retrieval.documents.10.document.content": "b",
      },
      { "gen_ai.operation.name": "retrieval", "gen_ai.retrieval.documents": "[not json" },
      { "gen_ai.operation.name": "retrieval", "retrieval.documents.99999999999.document.content": "x" },
    ];
    const spans = found.map((attributes, i) => ({
      traceId,
      spanId: spanId(0xd0 + i),
      startTime: startTime + BigInt(i),
      attributes,
    }));
    await genscope.test.load(Signal.traces, aTraceRequest({ spans }));
    const trace = await genscope.client.trace(traceId);
    assert.deepEqual(trace.spans.documents, [2, 3, 2, 11, null, null]);
  });

  it("counts a tool called in another process once", async () => {
    const traceId = "e".repeat(32);
    const attributes = { "gen_ai.operation.name": "execute_tool", "mcp.method.name": "tools/call" };
    const server = (id: number, parent: number | undefined, flags: number): object => ({
      traceId,
      spanId: spanId(id),
      ...(parent === undefined ? {} : { parentSpanId: spanId(parent) }),
      kind: 2,
      flags,
      startTime: startTime + BigInt(id),
      attributes,
    });
    const client = { traceId, spanId: spanId(1), kind: 3, startTime, attributes };
    await genscope.test.load(
      Signal.traces,
      aTraceRequest({
        // the far end of the client's call, whether or not its flags say so; one below a server's own HTTP span; one that nobody traced is calling
        spans: [client, server(2, 1, 0x300), server(3, 1, 0), server(4, 2, 0x100), server(5, undefined, 0)],
      }),
    );
    const { summary } = await genscope.client.trace(traceId);
    assert.equal(summary.toolCalls, 3);
  });

  it("gives a span back with all it came with, exactly", async () => {
    const traceId = "6".repeat(32);
    const id = spanId(61);
    const linked = { traceId: "a".repeat(32), spanId: "b".repeat(16) };
    await genscope.test.load(
      Signal.traces,
      aTraceRequest({
        resource: { "service.name": "exact", replicas: 9_007_199_254_740_993n },
        resourceSchemaUrl: "https://example.com/resource",
        scope: { name: "lib", version: "1.0", attributes: { scoped: true } },
        scopeSchemaUrl: "https://example.com/scope",
        spans: [
          {
            traceId,
            spanId: id,
            parentSpanId: spanId(60),
            traceState: "vendor=1",
            flags: 257,
            name: "chat",
            kind: 3,
            startTime: startTime + 1n,
            endTime: startTime + 3n,
            attributes: {
              int: 9_223_372_036_854_775_807n,
              small: -9_223_372_036_854_775_808n,
              double: 0.1,
              nan: Number.NaN,
              infinite: -Infinity,
              bool: false,
              text: "",
              bytes: new Uint8Array([0, 255]),
              list: [1, "a", [true]],
              map: { inner: { deep: 1.5 } },
              unset: null,
            },
            droppedAttributesCount: 1,
            events: [{ time: startTime + 2n, name: "e", attributes: { n: 1 }, droppedAttributesCount: 2 }],
            droppedEventsCount: 3,
            links: [{ ...linked, traceState: "l=1", flags: 1, attributes: { w: "x" }, droppedAttributesCount: 4 }],
            droppedLinksCount: 5,
            status: { code: 2, message: "no" },
          },
        ],
      }),
    );
    await genscope.test.load(
      Signal.logs,
      aLogsRequest({
        logs: [
          {
            traceId,
            spanId: id,
            time: startTime + 5n,
            body: { role: "user" },
            eventName: "gen_ai.user.message",
            severityNumber: 9,
          },
          { traceId, spanId: id, time: startTime + 4n, body: "first" },
          { traceId, spanId: spanId(62), time: startTime, body: "another span's" },
        ],
      }),
    );
    const span = await genscope.client.span(traceId, id);
    contract.spanDetail.parse(span);
    const { logs, receivedUnixNano, ...rest } = span;
    assert.ok(BigInt(receivedUnixNano) > startTime);
    assert.deepEqual(rest, {
      traceId,
      spanId: id,
      parentSpanId: spanId(60),
      traceState: "vendor=1",
      flags: 257,
      name: "chat",
      kind: "client",
      type: "internal",
      startUnixNano: String(startTime + 1n),
      endUnixNano: String(startTime + 3n),
      status: { code: "error", message: "no" },
      attributes: [
        { key: "bool", value: { boolValue: false } },
        { key: "bytes", value: { bytesValue: "AP8=" } },
        { key: "double", value: { doubleValue: 0.1 } },
        { key: "infinite", value: { doubleValue: "-Infinity" } },
        { key: "int", value: { intValue: "9223372036854775807" } },
        {
          key: "list",
          value: {
            arrayValue: {
              values: [{ intValue: "1" }, { stringValue: "a" }, { arrayValue: { values: [{ boolValue: true }] } }],
            },
          },
        },
        {
          key: "map",
          value: {
            kvlistValue: {
              values: [
                { key: "inner", value: { kvlistValue: { values: [{ key: "deep", value: { doubleValue: 1.5 } }] } } },
              ],
            },
          },
        },
        { key: "nan", value: { doubleValue: "NaN" } },
        { key: "small", value: { intValue: "-9223372036854775808" } },
        { key: "text", value: { stringValue: "" } },
        { key: "unset", value: {} },
      ],
      droppedAttributesCount: 1,
      events: [
        {
          timeUnixNano: String(startTime + 2n),
          name: "e",
          attributes: [{ key: "n", value: { intValue: "1" } }],
          droppedAttributesCount: 2,
        },
      ],
      droppedEventsCount: 3,
      links: [
        {
          ...linked,
          traceState: "l=1",
          flags: 1,
          attributes: [{ key: "w", value: { stringValue: "x" } }],
          droppedAttributesCount: 4,
        },
      ],
      droppedLinksCount: 5,
      resource: {
        attributes: [
          { key: "replicas", value: { intValue: "9007199254740993" } },
          { key: "service.name", value: { stringValue: "exact" } },
        ],
        droppedAttributesCount: 0,
        schemaUrl: "https://example.com/resource",
      },
      scope: {
        name: "lib",
        version: "1.0",
        attributes: [{ key: "scoped", value: { boolValue: true } }],
        droppedAttributesCount: 0,
        schemaUrl: "https://example.com/scope",
      },
    });
    assert.deepEqual(
      logs.map(({ body, eventName }) => [body, eventName]),
      [
        [{ stringValue: "first" }, ""],
        [{ kvlistValue: { values: [{ key: "role", value: { stringValue: "user" } }] } }, "gen_ai.user.message"],
      ],
    );
    // as a file, it can be imported again
    const otlp = await genscope.client.traceOtlp(traceId);
    assert.ok(jsonToProtobuf(Signal.traces, Buffer.from(otlp)).length > 0);
    const [exported] = (JSON.parse(otlp) as { resourceSpans: { scopeSpans: { spans: object[] }[] }[] }).resourceSpans;
    const { attributes } = exported!.scopeSpans[0]!.spans[0] as { attributes: unknown };
    assert.deepEqual(attributes, rest.attributes);
  });

  it("is not found by an id that is not stored, and refused by one that is none", async () => {
    const unknown = "f".repeat(32);
    assert.deepEqual(await failure(`/traces/${unknown}`), [404, "unknown-trace"]);
    assert.deepEqual(await failure(`/traces/${unknown}/otlp`), [404, "unknown-trace"]);
    assert.deepEqual(await failure(`/traces/${unknown}/spans/${spanId(1)}`), [404, "unknown-span"]);
    assert.deepEqual(await failure(`/traces/${"1".repeat(32)}/spans/${spanId(1)}`), [404, "unknown-span"]);
    for (const id of ["1", "g".repeat(32), "A".repeat(32), "1".repeat(33), "%00", `${"1".repeat(31)}'`]) {
      assert.deepEqual(await failure(`/traces/${id}`), [400, "invalid-parameter"], id);
      assert.deepEqual(await failure(`/traces/${id}/otlp`), [400, "invalid-parameter"], id);
      assert.deepEqual(await failure(`/traces/${id}/spans/${spanId(1)}`), [400, "invalid-parameter"], id);
    }
    assert.deepEqual(await failure(`/traces/${"1".repeat(32)}/spans/xyz`), [400, "invalid-parameter"]);
    assert.deepEqual(await failure("/nothing"), [404, "unknown-route"]);
    assert.deepEqual(await failure("/traces/"), [404, "unknown-route"]);
  });
});
