/** Bytes to rows, rows into the engine, and what questions cost once they are there. */
import { readFileSync } from "node:fs";
import { Signal } from "@genscope/otlp";
import { createSpanGenerator } from "@genscope/otlp/testing";
import { Block, IdWindow } from "@genscope/store/internal";
import { openTestStore } from "@genscope/store/testing";
import type { Bench, BenchRow } from "./bench.ts";

const spansPerRequest = 1_000;
const millions = Number(process.env["GENSCOPE_BENCH_MILLIONS"] ?? 1);

function encodeRate(log: (line: string) => void): BenchRow {
  const generator = createSpanGenerator({ spansPerRequest, seed: 5 });
  const requests = Array.from({ length: 200 }, () => generator.next());
  const bytes = requests.reduce((sum, { length }) => sum + length, 0);
  const block = new Block();
  const window = new IdWindow();
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 8; round++) {
    window.clear();
    const begun = performance.now();
    for (const [i, payload] of requests.entries()) {
      if (i % 40 === 0) block.clear();
      block.add(
        {
          signal: Signal.traces,
          itemCount: spansPerRequest,
          receivedAtMs: 1_790_000_000_000,
          payload,
          position: i,
          nextPosition: i + 1,
        },
        window,
      );
    }
    best = Math.min(best, performance.now() - begun);
  }
  const spans = requests.length * spansPerRequest;
  const rate = spans / best / 1000;
  log(`bytes to RowBinary: ${rate.toFixed(2)} M spans/s, ${(bytes / spans).toFixed(0)} bytes a span`);
  return {
    what: "protobuf bytes → index → RowBinary, one core",
    value: `${rate.toFixed(2)} M spans/s`,
    target: "1.6 M spans/s",
  };
}

export const bench: Bench = {
  title: "Store",
  method: "Spans of about 260 bytes with the attributes of a chat call, a thousand to a request.",
  async run(log) {
    const rows: BenchRow[] = [encodeRate(log)];
    await using test = await openTestStore();
    const generator = createSpanGenerator({ spansPerRequest, seed: 9, startTime: BigInt(Date.now()) * 1_000_000n });
    const total = millions * 1_000_000;
    const begun = performance.now();
    for (let sent = 0; sent < total; sent += spansPerRequest) {
      await test.append(Signal.traces, generator.next());
      while (test.loader.stats().lagBytes > 64 * 1024 * 1024) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await test.loader.drained();
    const seconds = (performance.now() - begun) / 1000;
    const status = readFileSync(`/proc/${test.store.status().pid}/status`, "utf8");
    const peakMiB = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
    log(`journal to table: ${Math.round(total / seconds / 1000)} k spans/s, engine peak ${peakMiB.toFixed(0)} MiB`);
    rows.push(
      {
        what: "journal → table, queryable, one process and the engine",
        value: `${Math.round(total / seconds / 1000)} k spans/s`,
        target: "650 k rows/s",
      },
      { what: `engine's peak memory after ${millions} M spans`, value: `${peakMiB.toFixed(0)} MiB` },
    );
    const tables = await test.rows<{ table: string; bytes: string; rows: string }>(
      "SELECT table, sum(bytes_on_disk) AS bytes, sum(rows) AS rows FROM system.parts WHERE active AND database = 'genscope' GROUP BY table ORDER BY table",
    );
    for (const { table, bytes, rows: count } of tables)
      log(`${table}: ${count} rows, ${(Number(bytes) / total).toFixed(1)} bytes a span`);
    const spansBytes = Number(tables.find(({ table }) => table === "spans")?.bytes ?? 0);
    rows.push({
      what: "spans table with its indexes, on disk",
      value: `${(spansBytes / total).toFixed(0)} bytes a span`,
      target: "39 bytes",
    });
    return rows;
  },
};
