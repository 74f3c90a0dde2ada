import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { aTraceRequest } from "@genscope/otlp/testing";
import type { SpanInit } from "@genscope/otlp/testing";
import type { TraceListQuery, TraceSummary } from "./contract.ts";
import { openTestServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

const second = 1_000_000_000n;
const minute = 60n * second;
const now = BigInt(Date.now()) * 1_000_000n;

/** What the test knows of a trace, to say where it must stand. */
interface Expected {
  readonly id: string;
  readonly start: bigint;
  readonly duration: bigint;
  readonly spans: bigint;
  readonly errors: bigint;
  /** -1 where no span told. */
  readonly tokens: bigint;
}

/** A number generator with a seed (mulberry32). */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/**
 * Traces in three blocks: many with the same start, some whose spans come in several blocks and lie minutes apart, the earliest of them last, and tokens of which one half,
 * or nothing, is told.
 */
function makeTraces(count: number, label: string, latest: bigint): { expected: Expected[]; blocks: SpanInit[][] } {
  const random = createRandom(7);
  const blocks: SpanInit[][] = [[], [], []];
  const expected = Array.from({ length: count }, (_, i): Expected => {
    const id =
      random(2 ** 31)
        .toString(16)
        .padStart(8, "0")
        .repeat(3) +
      label +
      i.toString(16).padStart(4, "0");
    const first = latest - BigInt(random(12)) * 3n * minute;
    const parts = random(3) === 0 ? 3 : 1;
    const spans = Array.from({ length: parts }, (__, part): SpanInit => {
      const startTime = first + BigInt(parts - 1 - part) * 4n * minute;
      const told = random(3);
      return {
        traceId: id,
        ...(part === parts - 1 ? {} : { parentSpanId: "00000000000000aa" }),
        startTime,
        endTime: startTime + BigInt(random(5)) * second,
        status: { code: random(3) === 0 ? 2 : 0 },
        attributes: {
          "gen_ai.operation.name": "chat",
          ...(told > 0 ? { "gen_ai.usage.input_tokens": random(4) } : {}),
          ...(told > 1 ? { "gen_ai.usage.output_tokens": random(4) } : {}),
        },
      };
    });
    for (const [part, span] of spans.entries()) blocks[part]!.push(span);
    const tokens = spans.flatMap(({ attributes = {} }) =>
      ["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"].flatMap((key) => attributes[key] ?? []),
    );
    const starts = spans.map(({ startTime }) => startTime!);
    const ends = spans.map(({ endTime }) => endTime!);
    const start = starts.reduce((a, b) => (a < b ? a : b));
    return {
      id,
      start,
      duration: ends.reduce((a, b) => (a > b ? a : b)) - start,
      spans: BigInt(spans.length),
      errors: BigInt(spans.filter(({ status }) => status?.code === 2).length),
      tokens: tokens.length === 0 ? -1n : tokens.reduce<bigint>((sum, each) => sum + BigInt(each as number), 0n),
    };
  });
  return { expected, blocks };
}

type Sort = TraceListQuery["sort"];
const keyOf = { start: "start", duration: "duration", spans: "spans", errors: "errors", tokens: "tokens" } as const;

function inOrder(traces: readonly Expected[], sort: Sort, order: "asc" | "desc"): string[] {
  const sign = order === "asc" ? 1 : -1;
  const key = keyOf[sort];
  return traces
    .toSorted((a, b) => sign * (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

describe("paging through traces", () => {
  let genscope: TestServer;
  // not on a round hour or minute, so that ranges cut through hours
  const { expected, blocks } = makeTraces(60, "aaaa", now - 10n * minute);
  const range = { from: String((now - 180n * minute) / 1_000_000n), to: String(now / 1_000_000n) };

  before(async () => {
    genscope = await openTestServer();
    for (const spans of blocks) await genscope.test.load(Signal.traces, aTraceRequest({ spans }));
  });
  after(() => genscope[Symbol.asyncDispose]());

  async function pages(
    query: Partial<TraceListQuery>,
    between: () => Promise<void> = async () => {},
  ): Promise<TraceSummary[]> {
    const all: TraceSummary[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 500; page++) {
      const { traces, next } = await genscope.client.traces({
        ...range,
        ...query,
        ...(cursor === undefined ? {} : { cursor }),
      });
      all.push(...traces);
      if (next === null) return all;
      cursor = next;
      await between();
    }
    throw new Error("the pages do not end");
  }

  for (const sort of ["start", "duration", "spans", "errors", "tokens"] as const) {
    for (const order of ["desc", "asc"] as const) {
      it(`gives each trace once, in order, sorted by ${sort} ${order}, equal keys among them`, async () => {
        const found = await pages({ sort, order, limit: 13 });
        assert.deepEqual(
          found.map(({ traceId }) => traceId),
          inOrder(expected, sort, order),
        );
      });
    }
  }

  it("tells of a trace whose spans came in pieces as of one", async () => {
    const found = await pages({ limit: 500 });
    for (const trace of expected) {
      const summary = found.find(({ traceId }) => traceId === trace.id)!;
      assert.deepEqual(
        [summary.startUnixNano, summary.durationNano, summary.spanCount, summary.errorCount],
        [String(trace.start), Number(trace.duration), Number(trace.spans), Number(trace.errors)],
      );
      assert.equal((summary.inputTokens ?? 0) + (summary.outputTokens ?? 0), Math.max(0, Number(trace.tokens)));
      assert.equal(summary.inputTokens === null && summary.outputTokens === null, trace.tokens === -1n);
    }
  });

  it("lists the traces that start in the range, wherever their other spans lie", async () => {
    for (const [from, to] of [
      [30n, 20n],
      [21n, 5n],
      [45n, 12n],
    ] as const) {
      const [first, end] = [now - from * minute - 30n * second, now - to * minute - 30n * second];
      const inRange = expected.filter(({ start }) => start >= first && start < end);
      assert.ok(inRange.length > 0);
      const query = { from: String(first / 1_000_000n), to: String(end / 1_000_000n), limit: 13 };
      for (const sort of ["start", "duration", "errors"] as const) {
        const found = await pages({ ...query, sort, order: "desc" });
        assert.deepEqual(
          found.map(({ traceId }) => traceId),
          inOrder(inRange, sort, "desc"),
          `${from} to ${to} by ${sort}`,
        );
      }
      const failed = await pages({ ...query, status: "error" });
      assert.deepEqual(
        failed.map(({ traceId }) => traceId),
        inOrder(
          inRange.filter(({ errors }) => errors > 0n),
          "start",
          "desc",
        ),
      );
      const long = await pages({ ...query, minDurationMs: 100_000 });
      assert.deepEqual(
        long.map(({ traceId }) => traceId),
        inOrder(
          inRange.filter(({ duration }) => duration >= 100n * second),
          "start",
          "desc",
        ),
      );
    }
  });

  it("repeats and loses nothing while newer traces arrive", async () => {
    let arrived = 0;
    const found = await pages({ limit: 13 }, async () => {
      await genscope.test.load(
        Signal.traces,
        aTraceRequest({ spans: [{ traceId: `ffff${String(arrived++).padStart(28, "0")}`, startTime: now - second }] }),
      );
    });
    assert.ok(arrived > 3);
    assert.deepEqual(
      found.map(({ traceId }) => traceId),
      inOrder(expected, "start", "desc"),
    );
  });

  it("refuses a cursor that no page gave out", async () => {
    for (const cursor of [
      "x",
      "",
      "AAAA",
      Buffer.from(`99999999999999999999.${"0".repeat(32)}`).toString("base64url"),
      Buffer.from(`-9223372036854775809.${"0".repeat(32)}`).toString("base64url"),
      Buffer.from(`1.${"0".repeat(31)}g`).toString("base64url"),
      Buffer.from(`1' OR 1.${"0".repeat(32)}`).toString("base64url"),
    ]) {
      for (const sort of ["start", "duration"]) {
        const answer = await genscope.get(`/api/v1/traces?sort=${sort}&cursor=${encodeURIComponent(cursor)}`);
        assert.equal(answer.status, 400, cursor);
        assert.equal(((await answer.json()) as { error: { code: string } }).error.code, "invalid-cursor");
      }
    }
  });

  it("gives pages of up to 500 traces, as many as there are", async () => {
    const spans = Array.from({ length: 600 }, (_, i) => ({
      traceId: `eeee${String(i).padStart(28, "0")}`,
      startTime: now - 170n * minute,
    }));
    await genscope.test.load(Signal.traces, aTraceRequest({ spans }));
    const page = await genscope.client.traces({ ...range, limit: 500, order: "asc" });
    assert.equal(page.traces.length, 500);
    assert.ok(page.next !== null);
  });
});
