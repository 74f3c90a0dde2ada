import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { buildPrometheusReceiver } from "../install.ts";
import { isOnPath } from "../on-path.ts";
import { freePort } from "../../support/free-port.ts";

/** Labels of a series and what it is now. */
export interface Found {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A program that keeps Prometheus's metrics and answers PromQL, in a process and a directory of its own. */
export interface MetricStore extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  /** Where remote write goes. */
  readonly writeUrl: string;
  /** An instant query. */
  query(promql: string): Promise<Found[]>;
  /** Any of its API. */
  api(path: string, parameters?: Readonly<Record<string, string>>): Promise<unknown>;
}

interface Program {
  /** On the path, or where it was built. */
  readonly command: string;
  readonly arguments: (dir: string, port: number) => readonly string[];
  readonly ready: string;
  readonly writePath: string;
}

const programs = {
  prometheus: {
    command: "prometheus",
    arguments: (dir, port) => [
      `--config.file=${join(dir, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(dir, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--web.enable-remote-write-receiver",
      "--enable-feature=native-histograms,exemplar-storage",
      "--query.lookback-delta=1h",
    ],
    ready: "/-/ready",
    writePath: "/api/v1/write",
  },
  victoriaMetrics: {
    command: "victoria-metrics",
    arguments: (dir, port) => [
      `-storageDataPath=${join(dir, "data")}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      "-retentionPeriod=1",
      "-search.latencyOffset=0s",
      "-search.disableCache",
    ],
    ready: "/health",
    writePath: "/api/v1/write",
  },
} satisfies Record<string, Program>;
export type StoreName = keyof typeof programs;

/** Why a test that needs the program cannot run here; nothing if it can. In CI it has to be there. */
export function isMissing(name: StoreName): string | false {
  const { command } = programs[name];
  if (isOnPath(command) || process.env["CI"] === "true") return false;
  return `${command} is not installed (Debian: apt-get install ${name === "prometheus" ? "prometheus" : "victoria-metrics"})`;
}

/** Prometheus's own packages of version 3 as a receiver of remote write, built from `receiver/`. */
export async function startPrometheus3(): Promise<MetricStore> {
  return startProgram("Prometheus 3", {
    command: await buildPrometheusReceiver(),
    arguments: (dir, port) => [join(dir, "data"), `127.0.0.1:${port}`],
    ready: "/-/ready",
    writePath: "/api/v1/write",
  });
}

/** Starts it and waits until it answers. `scrapes` are `host:port` that a Prometheus reads once a second. */
export function startMetricStore(name: StoreName, scrapes: readonly string[] = []): Promise<MetricStore> {
  return startProgram(name, programs[name], scrapes);
}

async function startProgram(name: string, program: Program, scrapes: readonly string[] = []): Promise<MetricStore> {
  const dir = await mkdtemp(join(tmpdir(), "genscope-metrics-"));
  const port = await freePort();
  await writeFile(join(dir, "prometheus.yml"), prometheusConfig(scrapes));
  const child = spawn(program.command, program.arguments(dir, port), { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output = (output + text).slice(-10_000)));
  }
  child.on("error", (error) => (output += error.message));
  const url = `http://127.0.0.1:${port}`;
  while (!(await answers(`${url}${program.ready}`))) {
    if (child.exitCode !== null || child.pid === undefined) throw new Error(`${program.command} ended:\n${output}`);
    await delay(25);
  }

  async function api(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const response = await fetch(`${url}${path}?${new URLSearchParams(parameters).toString()}`);
    const answer = (await response.json()) as {
      readonly status: string;
      readonly error?: string;
      readonly data: unknown;
    };
    if (answer.status !== "success") throw new Error(`${path}: ${answer.error}`);
    return answer.data;
  }

  return {
    name,
    url,
    writeUrl: `${url}${program.writePath}`,
    api,
    async query(promql) {
      const { result } = (await api("/api/v1/query", { query: promql })) as {
        readonly result: readonly {
          readonly metric: Record<string, string>;
          readonly value: readonly [number, string];
        }[];
      };
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    [Symbol.asyncDispose]: async () => {
      await ended(child);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function prometheusConfig(scrapes: readonly string[]): string {
  const targets = scrapes.map((target) => `"${target}"`).join(", ");
  const job = `  - {job_name: scraped, honor_labels: true, static_configs: [{targets: [${targets}]}]}`;
  return `global: {scrape_interval: 1s}\nscrape_configs:${scrapes.length === 0 ? " []" : `\n${job}`}\n`;
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    async (response) => (await response.text(), response.ok),
    () => false,
  );
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const closed = new Promise((resolve) => {
    child.once("close", resolve);
  });
  child.kill("SIGKILL");
  await closed;
}

/** Asks until the answer is as it should be. */
export async function eventuallyFound<T>(ask: () => Promise<T>, isRight: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const answer = await ask().catch((error: unknown) => error);
    if (!(answer instanceof Error) && isRight(answer as T)) return answer as T;
    if (Date.now() > deadline)
      throw new Error(`in vain waited for an answer: ${JSON.stringify(answer)} ${String(answer)}`);
    await delay(100);
  }
}
