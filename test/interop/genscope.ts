import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@genscope/server/client";
import type { SpanDetail, Status, TraceList, TraceSkeleton } from "@genscope/server/contract";

/** The command line as its source. */
export const genscopeMain: string = join(import.meta.dirname, "../../packages/genscope/src/main.ts");

/** A Genscope in a process of its own, on free ports and an empty data directory. */
export interface RunningGenscope {
  /** Base addresses of the OTLP ports. */
  readonly grpc: string;
  readonly http: string;
  /** Base address of the UI and the API. */
  readonly ui: string;
  status(): Promise<Status>;
  /** The span as the API tells it, or undefined while it is not stored. */
  span(traceId: string, spanId: string): Promise<SpanDetail | undefined>;
  /** Spans in the store of that trace. */
  spanCount(traceId: string): Promise<number>;
  spanIds(traceId: string): Promise<string[]>;
  traceIds(service: string): Promise<string[]>;
  query(sql: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/** Starts what a user starts: `genscope up`. Rejects with what it printed if it does not come up. */
export async function startGenscope(flags: readonly string[] = []): Promise<RunningGenscope> {
  const data = await mkdtemp(join(tmpdir(), "genscope-interop-"));
  const ports = ["--port", "0", "--grpc-port", "0", "--http-port", "0"];
  const child = spawn(
    process.execPath,
    ["--conditions=@genscope/source", genscopeMain, "up", "--data", data, ...ports, ...flags],
    {
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
  });

  async function stop(): Promise<void> {
    if (child.exitCode === null) child.kill("SIGTERM");
    const inTime = await Promise.race([exited.then(() => true), sleep(20_000, false, { ref: false })]);
    if (!inTime) child.kill("SIGKILL");
    await exited;
    await rm(data, { recursive: true, force: true });
  }

  try {
    const ui = await eventually(async () => {
      if (child.exitCode !== null) throw new Error("it ended");
      return uiAddress(data);
    }, "genscope up");
    const api = `${ui}/api/v1`;
    const client = createClient({ baseUrl: ui });
    const status = (): Promise<Status> => getJson<Status>(`${api}/status`).then((found) => required(found, "status"));
    const { endpoints } = await eventually(async () => {
      const now = await status();
      return now.store.state === "ready" ? now : undefined;
    }, "the store's engine");
    return {
      ui,
      grpc: required(endpoints.grpc, "gRPC port"),
      http: required(endpoints.http, "HTTP port"),
      status,
      span: (traceId, spanId) => getJson<SpanDetail>(`${api}/traces/${traceId}/spans/${spanId}`),
      spanCount: async (traceId) => (await getJson<TraceSkeleton>(`${api}/traces/${traceId}`))?.totalSpans ?? 0,
      spanIds: async (traceId) => (await getJson<TraceSkeleton>(`${api}/traces/${traceId}`))?.spans.id ?? [],
      async traceIds(service) {
        const query = new URLSearchParams({ service, limit: "500", from: "0" });
        const list = await getJson<TraceList>(`${api}/traces?${query.toString()}`);
        return (list?.traces ?? []).map(({ traceId }) => traceId);
      },
      async query(sql) {
        const answer = await client.query({ sql, format: "json" });
        const rows: { data: Record<string, unknown>[] } = JSON.parse(answer);
        return rows.data;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw new Error(`Genscope did not start. It said:\n${output}`, { cause: error });
  }
}

async function uiAddress(data: string): Promise<string | undefined> {
  try {
    const run: { url: string } = JSON.parse(await readFile(join(data, "running.json"), "utf8"));
    return run.url;
  } catch {
    return undefined;
  }
}

async function getJson<Answer>(url: string): Promise<Answer | undefined> {
  const response = await fetch(url);
  if (response.status === 404) return undefined;
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  const answer: Answer = JSON.parse(text);
  return answer;
}

function required<Value>(value: Value | null | undefined, what: string): Value {
  if (value === null || value === undefined) throw new Error(`Genscope tells no ${what}`);
  return value;
}

const patienceMs = 30_000;

/** What `look` finds once it finds something. What is sent is acknowledged at once and stored a little later. */
export async function eventually<Found>(look: () => Promise<Found | undefined>, what: string): Promise<Found> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error(`${what}: not there after ${patienceMs / 1000} s`);
    await sleep(50);
  }
}
