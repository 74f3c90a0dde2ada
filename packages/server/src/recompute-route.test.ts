import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { aTraceRequest } from "@genscope/otlp/testing";
import { openTestServer, type TestServer } from "./testing/test-server.ts";

const dayMs = 24 * 60 * 60 * 1000;
const call = {
  attributes: {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "in-house",
    "gen_ai.request.model": "house-1",
    "gen_ai.usage.input_tokens": 1_000_000,
  },
};
const tableOf = (input: number): unknown => ({ version: `at ${input}`, prices: [{ model: "house-*", input }] });

describe("computing costs anew through the API", () => {
  let genscope: TestServer;
  before(async () => {
    genscope = await openTestServer();
    for (let day = 0; day < 3; day++) {
      await genscope.test.load(Signal.traces, aTraceRequest({ spans: [call] }), Date.now() - day * dayMs);
    }
  });
  after(() => genscope[Symbol.asyncDispose]());

  const costs = async (): Promise<readonly (number | null)[]> =>
    (await genscope.test.rows<{ cost: number | null }>("SELECT counted_cost_usd AS cost FROM spans ORDER BY cost")).map(
      ({ cost }) => cost,
    );

  it("says how far it is, day by day, and what came of it", async () => {
    assert.deepEqual(await costs(), [null, null, null]);
    const seen = [];
    for await (const { done, of, calls, unpriced, version } of genscope.client.recomputeCosts(tableOf(2))) {
      seen.push([done, of, calls, unpriced]);
      assert.match(version, /^at 2 \+ /);
    }
    assert.deepEqual(seen, [
      [0, 3, 0, 0],
      [1, 3, 1, 0],
      [2, 3, 2, 0],
      [3, 3, 3, 0],
    ]);
    assert.deepEqual(await costs(), [2, 2, 2]);
  });

  it("keeps what is done when whoever asked goes away, and can be asked again", async () => {
    const leaving = new AbortController();
    for await (const { done } of genscope.client.recomputeCosts(tableOf(3), leaving.signal)) {
      if (done === 1) leaving.abort();
    }
    const found = await costs();
    assert.equal(found.length, 3);
    assert.ok(found.includes(3), "one day is done");
    assert.ok(
      found.every((cost) => cost === 2 || cost === 3),
      "a day is done or not",
    );
    let last: number | undefined;
    for (;;) {
      try {
        for await (const { calls } of genscope.client.recomputeCosts(tableOf(4))) last = calls;
        break;
      } catch (error) {
        assert.match(String(error), /already/, "the first is at its day in hand");
      }
    }
    assert.equal(last, 3);
    assert.deepEqual(await costs(), [4, 4, 4]);
  });

  it("goes on after a run that was killed in the middle of it", async () => {
    const { client } = genscope.test.store;
    await client.command({
      query:
        "CREATE TABLE cost_updates (trace_id FixedString(16), span_id FixedString(8), cost_usd Nullable(Float64)) ENGINE = Join(ANY, LEFT, trace_id, span_id)",
    });
    // a change of columns that waits for a table which is gone
    await client.command({
      query: `ALTER TABLE spans UPDATE cost_usd = joinGet('genscope.cost_updates', 'cost_usd', trace_id, span_id) WHERE sleepEachRow(0.2) = 0`,
      clickhouse_settings: { mutations_sync: "0" },
    });
    await client.command({ query: "DROP TABLE cost_updates" });
    const [waiting] = await genscope.test.rows<{ count: string }>(
      "SELECT count() AS count FROM system.mutations WHERE NOT is_done",
    );
    assert.equal(Number(waiting!.count), 1);
    for await (const _ of genscope.client.recomputeCosts(tableOf(5)));
    assert.deepEqual(await costs(), [5, 5, 5]);
  });

  it("refuses a table that cannot be used, with the reason", async () => {
    const asked = genscope.client.recomputeCosts({ prices: [{ model: "x", input: -1 }] });
    await assert.rejects(asked.next(), /input/);
    assert.deepEqual(await costs(), [5, 5, 5]);
  });

  it("leaves spans alone that come meanwhile", async () => {
    const arriving = (async () => {
      for (let n = 0; n < 10; n++) await genscope.test.load(Signal.traces, aTraceRequest({ spans: [call] }));
    })();
    for await (const _ of genscope.client.recomputeCosts(tableOf(6)));
    await arriving;
    const found = await costs();
    assert.equal(found.length, 13);
    assert.ok(found.every((cost) => cost === 6 || cost === null));
    assert.ok(found.filter((cost) => cost === 6).length >= 3);
  });
});
