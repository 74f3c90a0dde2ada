/** OTLP in, queryable out: a real Genscope with its engine, and the load generator, all on this machine. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Signal } from "@genscope/otlp";
import { createOtlpGrpcClient, createOtlpHttpClient, withRetry } from "@genscope/otlp/client";
import type { OtlpClient } from "@genscope/otlp/client";
import { createSpanGenerator } from "@genscope/otlp/testing";
import { createClient } from "@genscope/server/client";
import type { Bench, BenchRow } from "./bench.ts";
import { children, usage } from "./process-usage.ts";

const spansPerRequest = 1_000;
const requestsInFlight = 8;
const totalSpans = Number(process.env["GENSCOPE_BENCH_SPANS"] ?? 2_000_000);

async function startGenscope(
  data: string,
): Promise<{ url: string; http: string; grpc: string; pid: number; stop(): Promise<void> }> {
  const child = spawn(
    process.execPath,
    [
      "--conditions=@genscope/source",
      join(import.meta.dirname, "../packages/genscope/src/main.ts"),
      "up",
      "--port",
      "0",
      "--http-port",
      "0",
      "--grpc-port",
      "0",
      "--data",
      data,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  for (;;) {
    const [url, http, grpc] = text.match(/http:\/\/127\.0\.0\.1:\d+/g) ?? [];
    if (url !== undefined && http !== undefined && grpc !== undefined) {
      const stop = async (): Promise<void> => {
        child.kill("SIGTERM");
        await exited;
      };
      return { url, http, grpc, pid: child.pid!, stop };
    }
    if (child.exitCode !== null) throw new Error("genscope did not start");
    await delay(50);
  }
}

/** Sends until `spans` are acknowledged, and gives back the seconds it took. */
async function send(client: OtlpClient, seed: number, spans: number): Promise<number> {
  const generator = createSpanGenerator({ spansPerRequest, seed, startTime: BigInt(Date.now()) * 1_000_000n });
  const begun = performance.now();
  let left = spans / spansPerRequest;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await client.send(Signal.traces, generator.next());
  };
  await Promise.all(Array.from({ length: requestsInFlight }, worker));
  return (performance.now() - begun) / 1000;
}

function perSecond(count: number): string {
  return `${Math.round(count / 1000)} k spans/s`;
}

export const bench: Bench = {
  title: "End to end",
  method:
    "A Genscope from source with its embedded engine and the load generator share this machine's cores. Spans of about 260 bytes with the attributes of a chat call, a thousand to a request, eight requests in flight. " +
    '"Queryable" is the moment the store counts all of them. CPU and memory are those of the server and engine processes together, from /proc, the generator left out.',
  async run(log) {
    const rows: BenchRow[] = [];
    for (const transport of ["http", "grpc"] as const) {
      const data = mkdtempSync(join(tmpdir(), "genscope-bench-"));
      const genscope = await startGenscope(data);
      const client = withRetry(
        transport === "http"
          ? createOtlpHttpClient({ endpoint: genscope.http })
          : createOtlpGrpcClient({ endpoint: genscope.grpc }),
        { initialMs: 100 },
      );
      const api = createClient({ baseUrl: genscope.url });
      try {
        await send(client, 1, 50_000);
        const warm = 50_000;
        const stored = async (wanted: number): Promise<void> => {
          while ((await api.status()).stored.spans < wanted) await delay(50);
        };
        await stored(warm);
        const pids = [genscope.pid, ...children(genscope.pid)];
        const before = pids.map((pid) => usage(pid).cpuSeconds);
        const begun = performance.now();
        const acknowledged = await send(client, 2, totalSpans);
        await stored(warm + totalSpans);
        const queryable = (performance.now() - begun) / 1000;
        const after = pids.map(usage);
        const cpu = after.reduce((sum, { cpuSeconds }, i) => sum + cpuSeconds - before[i]!, 0);
        const [server = 0] = after.map(({ cpuSeconds }, i) => cpuSeconds - before[i]!);
        log(
          `server ${((server / totalSpans) * 1e6).toFixed(2)} µs a span, ${after.map(({ peakBytes }) => `${Math.round(peakBytes / 1024 ** 2)} MiB`).join(" + ")}`,
        );
        const peak = after.reduce((sum, { peakBytes }) => sum + peakBytes, 0);
        const tables = (await api.status()).store.tables;
        const onDisk = tables.reduce((sum, { bytesOnDisk }) => sum + bytesOnDisk, 0);
        const name = transport === "http" ? "OTLP/HTTP" : "OTLP/gRPC";
        rows.push(
          { what: `${name}, sent and acknowledged`, value: perSecond(totalSpans / acknowledged) },
          {
            what: `${name}, sent and queryable`,
            value: perSecond(totalSpans / queryable),
            target: "at least 200 k spans/s",
            ratio: totalSpans / queryable / 200_000,
            against: "the aim",
          },
          { what: `${name}, CPU per span, server and engine`, value: `${((cpu / totalSpans) * 1e6).toFixed(2)} µs` },
          {
            what: `${name}, peak memory, server and engine`,
            value: `${Math.round(peak / 1024 ** 2)} MiB`,
            target: "under 1 GB",
          },
          {
            what: `${name}, on disk, all tables and indexes`,
            value: `${Math.round(onDisk / (warm + totalSpans))} bytes a span`,
          },
        );
        log(
          rows
            .slice(-5)
            .map((row) => `${row.what}: ${row.value}`)
            .join("\n  "),
        );
      } finally {
        await client.close();
        await genscope.stop();
        rmSync(data, { recursive: true, force: true });
      }
    }
    return rows;
  },
};
