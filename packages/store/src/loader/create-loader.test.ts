import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import type { KeyValue } from "@genscope/otlp";
import { aTraceRequest, createSpanGenerator, encodeRequest } from "@genscope/otlp/testing";
import { openTestStore } from "../testing/index.ts";
import type { TestStore } from "../testing/index.ts";
import { createLoader } from "./create-loader.ts";

function around(spanId: string): Uint8Array {
  return aTraceRequest({ resource: { "service.name": "around" }, spans: [{ spanId }] });
}

function twice(value: string): KeyValue {
  return { key: "twice", value: { stringValue: value } };
}

describe("the loader", () => {
  let test: TestStore;
  before(async () => {
    test = await openTestStore();
  });
  after(() => test[Symbol.asyncDispose]());

  it("stores a span with everything it has", async () => {
    await test.load(
      Signal.traces,
      aTraceRequest({
        resource: { "service.name": "shop", replicas: 3 },
        scope: { name: "lib", version: "1.2" },
        spans: [
          {
            traceId: "0af7651916cd43dd8448eb211c80319c",
            spanId: "b7ad6b7169203331",
            name: "chat gpt-4o",
            kind: 3,
            attributes: {
              "gen_ai.operation.name": "chat",
              "gen_ai.request.model": "gpt-4o",
              "gen_ai.usage.input_tokens": 1847,
              big: 9_007_199_254_740_993n,
              ratio: 0.1,
              streamed: true,
              list: ["a", "b"],
            },
          },
        ],
      }),
    );
    const [row] = await test.rows(
      "SELECT lower(hex(trace_id)) AS trace_id, name, kind, service_name, span_type, request_model, input_tokens, output_tokens, string_attributes, int_attributes, double_attributes, bool_attributes, other_attributes FROM spans WHERE name = 'chat gpt-4o'",
    );
    assert.deepEqual(row, {
      trace_id: "0af7651916cd43dd8448eb211c80319c",
      name: "chat gpt-4o",
      kind: 3,
      service_name: "shop",
      span_type: "model",
      request_model: "gpt-4o",
      input_tokens: "1847",
      output_tokens: null,
      string_attributes: { "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o" },
      int_attributes: { "gen_ai.usage.input_tokens": "1847", big: "9007199254740993" },
      double_attributes: { ratio: 0.1 },
      bool_attributes: { streamed: true },
      other_attributes: { list: '{"arrayValue":{"values":[{"stringValue":"a"},{"stringValue":"b"}]}}' },
    });
    const [resource] = await test.rows(
      "SELECT service_name, int_attributes FROM resources WHERE service_name = 'shop'",
    );
    assert.deepEqual(resource, { service_name: "shop", int_attributes: { replicas: "3" } });
  });

  it("stores each span once, though the engine is killed while it loads and the client sends again", async () => {
    const generator = createSpanGenerator({ spansPerRequest: 500, seed: 77 });
    const requests = Array.from({ length: 40 }, () => generator.next());
    for (const [i, request] of requests.entries()) {
      await test.append(Signal.traces, request);
      if (i % 5 === 0) await test.append(Signal.traces, request);
      if (i % 10 === 9) {
        await test.store.ready();
        process.kill(test.store.status().pid!, "SIGKILL");
      }
    }
    await test.loader.drained();
    const [counted] = await test.rows(
      "SELECT count() AS rows, uniqExact(trace_id, span_id) AS spans FROM spans WHERE service_name = 'load-generator'",
    );
    assert.deepEqual(counted, { rows: "20000", spans: "20000" });
    const [summed] = await test.rows(
      "SELECT sum(span_count) AS spans, uniqExact(trace_id) AS traces FROM trace_summaries WHERE has(mapKeys(service_spans), 'load-generator')",
    );
    assert.deepEqual(summed, { spans: "20000", traces: "2000" });
    assert.ok(test.store.status().restarts >= 1);
  });

  it("summarises again what the engine stored before it died, and keeps what was summarised before", async () => {
    const id = { traceId: "5b8efff798038103d269b633813fc60c" };
    const resource = { "service.name": "half" };
    // the first span is committed for good, the second is stored and not yet committed, its summary lost
    await test.load(
      Signal.traces,
      aTraceRequest({ resource, spans: [{ ...id, spanId: "eee19b7ec3c1b174", name: "root" }] }),
    );
    const consumer = await test.journal.consumer("again");
    await consumer.commit(consumer.endPosition);
    await test.load(
      Signal.traces,
      aTraceRequest({
        resource,
        spans: [{ ...id, spanId: "eee19b7ec3c1b175", parentSpanId: "eee19b7ec3c1b174", name: "child" }],
      }),
    );
    for (const table of ["trace_summaries", "trace_windows"])
      await test.store.client.command({
        query: `DELETE FROM ${table} WHERE hex(trace_id) = '${id.traceId.toUpperCase()}'`,
      });

    await using loader = createLoader({ store: test.store, consumer, deadLetterDir: test.dir });
    await loader.drained();

    assert.equal(loader.stats().loadedSpans, 0);
    assert.deepEqual(
      await test.rows(
        "SELECT sum(span_count) AS spans, argMinMerge(head).1 AS name FROM trace_summaries WHERE has(mapKeys(service_spans), 'half')",
      ),
      [{ spans: "2", name: "root" }],
    );
    assert.deepEqual(
      await test.rows(
        `SELECT count() > 0 AS found FROM trace_windows WHERE hex(trace_id) = '${id.traceId.toUpperCase()}'`,
      ),
      [{ found: 1 }],
    );
  });

  it("stores again what the engine takes for stored and has not", async () => {
    // its log of inserts is written before the rows are: a kill between the two leaves this
    const consumer = await test.journal.consumer("unfinished");
    await consumer.commit(consumer.endPosition);
    await test.load(Signal.traces, aTraceRequest({ resource: { "service.name": "unfinished" }, spans: [{}, {}] }));
    await test.store.client.command({ query: "DELETE FROM spans WHERE service_name = 'unfinished'" });

    await using loader = createLoader({ store: test.store, consumer, deadLetterDir: test.dir });
    await loader.drained();

    assert.deepEqual(await test.rows("SELECT count() AS n FROM spans WHERE service_name = 'unfinished'"), [{ n: "2" }]);
    assert.equal(loader.stats().loadedSpans, 2);
    assert.equal(loader.stats().duplicates, 0);
  });

  it("sets a record aside that cannot be read, byte for byte, and stores the ones around it", async () => {
    const garbage = Buffer.from("this is no protobuf");
    const unreadable = test.loader.stats().dropped["unreadable"] ?? 0;
    await test.append(Signal.traces, around("000000000000a001"));
    const position = await test.journal.append({
      signal: Signal.traces,
      itemCount: 3,
      receivedAtMs: Date.now(),
      payload: garbage,
    });
    await test.append(Signal.traces, around("000000000000a002"));
    await test.loader.drained();
    assert.deepEqual(await test.rows("SELECT count() AS n FROM spans WHERE service_name = 'around'"), [{ n: "2" }]);
    assert.equal(test.loader.stats().dropped["unreadable"], unreadable + 3);
    assert.deepEqual(await readFile(join(test.dir, "dead-letter", `${position}-traces.bin`)), garbage);
  });

  it("keeps both of keys sent twice, and a span sent twice in one batch once", async () => {
    const span = { traceId: "d".repeat(32), spanId: "000000000000b001" };
    const request = encodeRequest(Signal.traces, {
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                { ...span, attributes: [twice("first"), twice("last")] },
                { ...span, name: "again" },
              ],
            },
          ],
        },
      ],
    });
    await test.load(Signal.traces, request);
    const rows = await test.rows(
      `SELECT mapValues(string_attributes) AS values FROM spans WHERE trace_id = unhex('${span.traceId}')`,
    );
    assert.deepEqual(rows, [{ values: ["first", "last"] }]);
  });
});
