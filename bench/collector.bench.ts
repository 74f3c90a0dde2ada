/** `genscope collector` and the real Collector, built from its Go modules: the same configuration, the same load, the same target. */
import { type ChildProcess, execFileSync, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Signal } from "@genscope/otlp";
import { createOtlpGrpcClient, withRetry } from "@genscope/otlp/client";
import { createSpanGenerator, type SpanGenerator } from "@genscope/otlp/testing";
import { freePort } from "../test/support/free-port.ts";
import type { Bench, BenchRow } from "./bench.ts";
import { buildOtelcol } from "./peers/otelcol/build.mts";
import { usage } from "./process-usage.ts";

const spansPerTrace = 5;
const pendingTraces = Number(process.env["GENSCOPE_BENCH_TRACES"] ?? 50_000);
const rounds = Number(process.env["GENSCOPE_BENCH_ROUNDS"] ?? 3);
const promptBytes = 50_000;

interface Contender {
  readonly name: string;
  readonly start: (configFile: string, dataDir: string) => ChildProcess;
}

interface Running extends AsyncDisposable {
  readonly pid: number;
  readonly endpoint: string;
  readonly received: () => Promise<{ readonly spans: number; readonly metricRequests: number }>;
}

function config(port: number, target: string, decisionWait: string): string {
  return `
receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:${port}"}}}}
processors:
  transform:
    error_mode: ignore
    trace_statements:
      - context: span
        statements:
          - replace_pattern(attributes["gen_ai.content.prompt"], "\\\\b\\\\d{6}-\\\\d{7}\\\\b", "***")
  tail_sampling:
    decision_wait: ${decisionWait}
    num_traces: ${pendingTraces * 4}
    policies:
      - {name: errors-policy, type: status_code, status_code: {status_codes: [ERROR]}}
      - {name: sample-policy, type: probabilistic, probabilistic: {sampling_percentage: 10}}
connectors:
  spanmetrics:
    namespace: gen_ai
    dimensions: [{name: gen_ai.system}, {name: gen_ai.request.model}]
    metrics_flush_interval: 15s
exporters:
  otlp: {endpoint: "${target}", tls: {insecure: true}, sending_queue: {queue_size: 1000000}}
service:
  telemetry: {metrics: {level: none}, logs: {level: error}}
  pipelines:
    traces: {receivers: [otlp], processors: [transform, tail_sampling], exporters: [otlp, spanmetrics]}
    metrics: {receivers: [spanmetrics], exporters: [otlp]}
`;
}

async function run({ start }: Contender, decisionWait: string): Promise<Running> {
  const dir = mkdtempSync(join(tmpdir(), "genscope-bench-"));
  const sink = fork(join(import.meta.dirname, "collector-sink.ts"), [], {
    execArgv: ["--conditions=@genscope/source"],
  });
  const [{ url }] = (await once(sink, "message")) as [{ url: string }];
  const port = await freePort();
  const file = join(dir, "collector.yaml");
  writeFileSync(file, config(port, url, decisionWait));
  const child = start(file, join(dir, "data"));
  await untilListening(port, child);
  return {
    pid: child.pid!,
    endpoint: `http://127.0.0.1:${port}`,
    async received() {
      sink.send("counts");
      const [counts] = (await once(sink, "message")) as [{ spans: number; metricRequests: number }];
      return counts;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      sink.disconnect();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error("the collector did not start");
    const socket = connect(port, "127.0.0.1");
    const isUp = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (isUp) return;
    await delay(50);
  }
}

interface Load {
  readonly requests: number;
  readonly generator: SpanGenerator;
  readonly inFlight: number;
  /** Requests a second that are begun whether or not others are answered; as fast as answers come if left out. */
  readonly perSecond?: number;
}

/** Sends a load and gives the milliseconds each request waited for its answer. */
async function send(endpoint: string, { requests, generator, inFlight, perSecond }: Load): Promise<number[]> {
  await using client = withRetry(createOtlpGrpcClient({ endpoint }), { initialMs: 50 });
  const waits: number[] = [];
  let left = requests;
  const one = async (): Promise<void> => {
    const request = generator.next();
    const begun = performance.now();
    await client.send(Signal.traces, request);
    waits.push(performance.now() - begun);
  };
  if (perSecond === undefined) {
    const worker = async (): Promise<void> => {
      while (left-- > 0) await one();
    };
    await Promise.all(Array.from({ length: inFlight }, worker));
    return waits;
  }
  const begun = performance.now();
  const all: Promise<void>[] = [];
  for (let i = 0; i < requests; i++) {
    const due = begun + (i * 1000) / perSecond;
    if (due > performance.now()) await delay(due - performance.now());
    all.push(one());
  }
  await Promise.all(all);
  return waits;
}

function small(seed: number): SpanGenerator {
  return createSpanGenerator({ spansPerRequest: 100, spansPerTrace, seed, startTime: nowNano() });
}

function withPrompts(seed: number): SpanGenerator {
  const prompt = "Please look the customer up, her number is 900101-1234567. ".padEnd(
    promptBytes,
    "All work and no play. ",
  );
  return createSpanGenerator({
    spansPerRequest: 100,
    spansPerTrace,
    seed,
    startTime: nowNano(),
    attributes: (row) => (row % spansPerTrace === 1 ? { "gen_ai.content.prompt": prompt } : {}),
  });
}

function nowNano(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}

/** Spans a CPU second, all the way: received, masked, metered, decided, exported. */
async function throughput(contender: Contender, requests: number): Promise<number> {
  await using collector = await run(contender, "2s");
  await send(collector.endpoint, { requests: 2_500, generator: small(1), inFlight: 4 });
  await settled(collector);
  const before = usage(collector.pid).cpuSeconds;
  await send(collector.endpoint, { requests, generator: small(2), inFlight: 4 });
  await settled(collector);
  return (requests * 100) / (usage(collector.pid).cpuSeconds - before);
}

/** Waits until nothing more arrives at the target for longer than the decision takes. */
async function settled(collector: Running): Promise<void> {
  let before = -1;
  for (;;) {
    const { spans } = await collector.received();
    if (spans === before) return;
    before = spans;
    await delay(4_500);
  }
}

async function latency(contender: Contender): Promise<{ readonly p50: number; readonly p99: number }> {
  await using collector = await run(contender, "2s");
  await send(collector.endpoint, { requests: 500, generator: small(1), inFlight: 4 });
  const waits = await send(collector.endpoint, { requests: 1_500, generator: small(2), inFlight: 0, perSecond: 100 });
  return { p50: quantile(waits, 0.5), p99: quantile(waits, 0.99) };
}

/** Peak resident bytes with every trace of the load pending. */
async function pending(contender: Contender, generator: SpanGenerator): Promise<number> {
  await using collector = await run(contender, "300s");
  await send(collector.endpoint, { requests: (pendingTraces * spansPerTrace) / 100, generator, inFlight: 4 });
  await delay(3_000);
  return usage(collector.pid).peakBytes;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function mib(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}

export const bench: Bench = {
  title: "The collector against the real one",
  method:
    "The Collector is built from its own modules (bench/peers/otelcol/builder.yaml). Genscope is what `npm run build` makes. Both run one configuration: OTLP/gRPC in, `transform` with a pattern, `tail_sampling` (errors and 10 %), `spanmetrics`, " +
    "OTLP/gRPC out to a third process. Requests of 100 spans of about 260 bytes, five to a trace, one trace in four with an error. The exporter's queue is large enough for neither to drop anything. CPU, after 250,000 spans to warm up, and peak memory are those of the collector's process, from /proc, with everything there that Node needs. Latency at 10,000 spans a second. " +
    "Contenders take turns; the best of each counts, of peak memory without prompts the median of three.",
  async run(log) {
    const otelcol = await buildOtelcol();
    // what is published is measured: from source it would carry the compiler's part, too
    const root = join(import.meta.dirname, "..");
    execFileSync(process.execPath, [join(root, "scripts/build.ts")], { cwd: root, stdio: "ignore" });
    const main = join(root, "packages/genscope/dist/main.js");
    const ours: Contender = {
      name: "genscope",
      start: (file, data) =>
        spawn(
          process.execPath,
          [main, "collector", "--config", file, "--data", data, "--journal-max-bytes", String(8 * 1024 ** 3)],
          { stdio: ["ignore", "ignore", "inherit"] },
        ),
    };
    const theirs: Contender = {
      name: "otelcol",
      start: (file) => spawn(otelcol, ["--config", file], { stdio: ["ignore", "ignore", "inherit"] }),
    };
    const both = async <Result>(measure: (contender: Contender) => Promise<Result>): Promise<[Result, Result]> => {
      const mine = await measure(ours);
      log(`genscope ${JSON.stringify(mine)}`);
      const others = await measure(theirs);
      log(`otelcol ${JSON.stringify(others)}`);
      return [mine, others];
    };
    const rates: [number, number][] = [];
    for (let round = 0; round < rounds; round++) rates.push(await both((one) => throughput(one, 10_000)));
    const [ourRate, theirRate] = [0, 1].map((index) => Math.max(...rates.map((pair) => pair[index]!))) as [
      number,
      number,
    ];
    const waits: [{ p50: number; p99: number }, { p50: number; p99: number }][] = [];
    for (let round = 0; round < rounds; round++) waits.push(await both(latency));
    const [ourP99, theirP99] = [0, 1].map((index) => Math.min(...waits.map((pair) => pair[index]!.p99))) as [
      number,
      number,
    ];
    const peaks: [number, number][] = [];
    for (let round = 0; round < rounds; round++) peaks.push(await both((one) => pending(one, small(3))));
    const [ourSmall, theirSmall] = [0, 1].map((index) => median(peaks.map((pair) => pair[index]!))) as [number, number];
    const [ourPrompts, theirPrompts] = await both((one) => pending(one, withPrompts(4)));
    const rows: BenchRow[] = [
      {
        what: "masked, metered, sampled, exported",
        value: `${Math.round(ourRate / 1000)} k spans per CPU second`,
        against: `otelcol ${Math.round(theirRate / 1000)} k`,
        ratio: ourRate / theirRate,
        target: "3×",
      },
      {
        what: "answer to a request, p99",
        value: `${ourP99.toFixed(1)} ms`,
        against: `otelcol ${theirP99.toFixed(1)} ms`,
        ratio: theirP99 / ourP99,
        target: "no worse",
      },
      {
        what: `peak memory, ${pendingTraces} traces of ${spansPerTrace} spans pending`,
        value: mib(ourSmall),
        against: `otelcol ${mib(theirSmall)}`,
        ratio: theirSmall / ourSmall,
        target: "2×",
      },
      {
        what: "the same with a prompt of 50 kB in each trace",
        value: mib(ourPrompts),
        against: `otelcol ${mib(theirPrompts)}`,
        ratio: theirPrompts / ourPrompts,
        target: "10×",
      },
    ];
    return rows;
  },
};
