import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { NumberedSpans } from "./support/numbered-spans.ts";
import { ServerProcess } from "./support/server-process.ts";

const kills = 22;

/** GENSCOPE_TEST_SEED repeats a run's victims and moments. */
const seed = Number(process.env["GENSCOPE_TEST_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

function createRandom(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

async function killEngine(server: ServerProcess): Promise<void> {
  for (;;) {
    const pid = await server.enginePid();
    if (pid !== undefined) {
      process.kill(pid, "SIGKILL");
      return;
    }
    await delay(20);
  }
}

/** Rows of each span, by `traceId/spanId`. Asked for in pages: an answer has at most 10,000 rows. */
async function countStored(server: ServerProcess): Promise<Map<string, number>> {
  const stored = new Map<string, number>();
  const pageSize = 5_000;
  for (let offset = 0; ; offset += pageSize) {
    const page = await server.query<{ traceId: string; spanIds: string[] }>(
      "SELECT TraceId AS traceId, groupArray(SpanId) AS spanIds FROM otel_traces GROUP BY TraceId " +
        `ORDER BY TraceId LIMIT ${pageSize} OFFSET ${offset}`,
    );
    for (const { traceId, spanIds } of page) {
      for (const spanId of spanIds) {
        const id = `${traceId}/${spanId}`;
        stored.set(id, (stored.get(id) ?? 0) + 1);
      }
    }
    if (page.length < pageSize) return stored;
  }
}

/** What the summaries say: spans counted by trace, and the traces whose page can be opened. */
async function countSummarised(server: ServerProcess): Promise<{ counts: Map<string, number>; windows: number }> {
  const counts = new Map<string, number>();
  const pageSize = 10_000;
  for (let offset = 0; ; offset += pageSize) {
    const page = await server.query<{ traceId: string; spans: string }>(
      "SELECT lower(hex(trace_id)) AS traceId, sum(span_count) AS spans FROM trace_summaries GROUP BY trace_id " +
        `ORDER BY trace_id LIMIT ${pageSize} OFFSET ${offset}`,
    );
    for (const { traceId, spans } of page) counts.set(traceId, Number(spans));
    if (page.length < pageSize) break;
  }
  const [row] = await server.query<{ windows: string }>("SELECT uniqExact(trace_id) AS windows FROM trace_windows");
  return { counts, windows: Number(row?.windows) };
}

/** The first few of many, and how many there are. */
function some(items: readonly unknown[]): readonly unknown[] {
  return items.length <= 5 ? items : [...items.slice(0, 5), `and ${items.length - 5} more`];
}

it(`every acknowledged span is stored exactly once, whatever is killed when`, { timeout: 150_000 }, async (t) => {
  t.diagnostic(`seed ${seed}`);
  const random = createRandom(seed);
  const data = await mkdtemp(join(tmpdir(), "genscope-loss-"));
  t.after(() => rm(data, { recursive: true, force: true }));
  await using server = await ServerProcess.create({ data });
  await server.start();
  await using spans = new NumberedSpans({ http: server.http, grpc: server.grpc, spansPerRequest: 20, seed });

  const stop = new AbortController();
  const sending = Promise.all(Array.from({ length: 4 }, () => spans.send(stop.signal, 10)));
  const killed = { server: 0, engine: 0 };
  // At any moment of their lives, starting up included: most waits are short, some let the store catch up.
  for (let kill = 0; kill < kills; kill++) {
    await delay(random() < 0.3 ? random() * 4000 : random() * 1000);
    if (random() < 0.5) {
      killed.engine++;
      await killEngine(server);
    } else {
      killed.server++;
      await server.kill();
      server.spawn();
      if (random() < 0.7) await server.up();
    }
  }
  stop.abort();
  await server.up();
  await sending;
  await server.drained();

  const stored = await countStored(server);
  const acknowledged = spans.acknowledged();
  const sent = spans.sent();
  t.diagnostic(
    `killed: server ${killed.server}×, engine ${killed.engine}×; ${sent.size} spans sent, ${spans.retries} retries, ` +
      `${acknowledged.size} acknowledged, ${stored.size} stored`,
  );
  assert.ok(acknowledged.size > 1000, "too little was sent for the test to mean anything");
  assert.deepEqual(some([...acknowledged].filter((id) => !stored.has(id))), [], `acknowledged and lost (seed ${seed})`);
  assert.deepEqual(some([...stored].filter(([, n]) => n !== 1)), [], `stored more than once (seed ${seed})`);
  assert.deepEqual(some([...stored.keys()].filter((id) => !sent.has(id))), [], `stored and never sent (seed ${seed})`);

  const expected = new Map<string, number>();
  for (const id of stored.keys()) {
    const traceId = id.slice(0, 32);
    expected.set(traceId, (expected.get(traceId) ?? 0) + 1);
  }
  const { counts, windows } = await countSummarised(server);
  assert.deepEqual(
    some([...expected].filter(([traceId, n]) => counts.get(traceId) !== n)),
    [],
    `stored, and not or wrongly in the list of traces (seed ${seed})`,
  );
  assert.deepEqual([counts.size, windows], [expected.size, expected.size]);
});
