import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Signal } from "@genscope/otlp";
import { createOtlpGrpcClient } from "@genscope/otlp/client";
import { usage } from "../../bench/process-usage.ts";
import { FailingTargets } from "./failing-targets.ts";
import { freePort } from "./free-port.ts";
import { NumberedTraces } from "./numbered-traces.ts";

const exampleFile = join(import.meta.dirname, "../../packages/collector/cases/example.yaml");
const main = join(import.meta.dirname, "../../packages/genscope/src/main.ts");

export interface OutageTimes {
  readonly steadyMs: number;
  /** How long nobody listens where the collector sends to. */
  readonly downMs: number;
  readonly slowMs: number;
  /** What a slow target takes to answer. */
  readonly answerAfterMs: number;
  readonly flappingMs: number;
  /** Up so long, then down so long. */
  readonly flapMs: number;
  readonly decisionWaitMs: number;
  readonly flushMs: number;
  /** `retry_on_failure` of both exporters, as YAML. */
  readonly retry: string;
  readonly requestsPerSecond: number;
  readonly tracesPerRequest: number;
}

/** What was seen, for people to read. */
export interface OutageReport {
  readonly traces: number;
  readonly spans: number;
  readonly keptTraces: number;
  readonly arrivedTwice: number;
  readonly sentAgain: number;
  readonly restarts: number;
  /** The most resident bytes in every phase. */
  readonly residentBytes: Readonly<Record<string, number>>;
}

/** A collector of the example configuration, killed and started again at the same place. */
class ExampleCollector implements AsyncDisposable {
  readonly #command: readonly string[];
  readonly #metricsUrl: string;
  readonly #port: number;
  #child: ChildProcess | undefined;
  #output = "";

  constructor(dir: string, file: string, port: number, metricsPort: number) {
    this.#command = ["--conditions=@genscope/source", main, "collector", "--config", file, "--data", join(dir, "data")];
    this.#metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`;
    this.#port = port;
  }

  get output(): string {
    return this.#output;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Undefined while it is not running. */
  get residentBytes(): number | undefined {
    const { pid, exitCode, signalCode } = this.#child ?? {};
    if (pid === undefined || exitCode !== null || signalCode !== null) return undefined;
    return usage(pid).residentBytes;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, this.#command, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    }
    this.#child = child;
    while ((await this.#metrics()) === undefined) {
      if (child.exitCode !== null) throw new Error(`the collector ended:\n${this.#output}`);
      await sleep(25);
    }
  }

  async end(signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exited = once(child, "exit");
    child.kill(signal);
    return ((await exited) as [number | null])[0];
  }

  async #metrics(): Promise<string | undefined> {
    return fetch(this.#metricsUrl).then(
      (answer) => answer.text(),
      () => undefined,
    );
  }

  /** The sum of one of its own counters, over all series. */
  async counted(name: string): Promise<number> {
    const lines = ((await this.#metrics()) ?? "").split("\n");
    const own = lines.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name}_total{`));
    return own.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
  }
}

/**
 * Runs a collector with the example configuration under load, whose targets are down, then slow, then up and down, and which is killed while they are down and
 * while they come and go. Asserts that every acknowledged trace that is to be kept arrived whole, that metrics have every token sent, and that the collector's
 * own counters add up.
 */
export async function runOutageTrial(times: OutageTimes, say: (line: string) => void): Promise<OutageReport> {
  await using held = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), "genscope-outage-"));
  held.defer(() => rm(dir, { recursive: true, force: true }));
  const [port, metricsPort] = [await freePort(), await freePort()];
  const targets = held.use(await FailingTargets.start());
  const yaml = (await readFile(exampleFile, "utf8"))
    .replace("0.0.0.0:4317", `127.0.0.1:${port}`)
    .replace('"http://prometheus:9090/api/v1/write"', `"${targets.writeUrl}", retry_on_failure: ${times.retry}`)
    .replace('"http://jaeger:4317"', `"${targets.otlpUrl}", retry_on_failure: ${times.retry}`)
    .replace("decision_wait: 10s", `decision_wait: ${times.decisionWaitMs}ms`)
    .replace("metrics_flush_interval: 15s", `metrics_flush_interval: ${times.flushMs}ms`)
    .replace(
      "service:\n",
      `service:\n  telemetry: {metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: ${metricsPort}}}}}]}}\n`,
    );
  const file = join(dir, "config.yaml");
  await writeFile(file, yaml);
  const collector = held.use(new ExampleCollector(dir, file, port, metricsPort));
  await collector.start();

  const client = held.use(createOtlpGrpcClient({ endpoint: collector.url, timeoutMs: 30_000 }));
  const traces = new NumberedTraces(times.tracesPerRequest);
  const residentBytes: Record<string, number> = {};
  let phase = "steady";
  const sampling = setInterval(() => {
    residentBytes[phase] = Math.max(residentBytes[phase] ?? 0, collector.residentBytes ?? 0);
  }, 250);
  held.defer(() => clearInterval(sampling));

  let sentAgain = 0;
  /** Spans that this process of the collector has acknowledged. */
  let acknowledged = 0;
  /** Of what it was sent, what it may or may not have taken: no answer came in time. */
  let unanswered = 0;
  let gate = Promise.withResolvers<void>();
  gate.resolve();
  const stopping = new AbortController();
  const isSending = new Set<Promise<void>>();
  async function sendOne(): Promise<void> {
    const { bytes, spans } = traces.next();
    for (;;) {
      await gate.promise;
      try {
        const { rejected } = await client.send(Signal.traces, bytes);
        assert.equal(rejected, 0);
        acknowledged += spans;
        return;
      } catch {
        sentAgain++;
        unanswered += spans;
        await sleep(100);
      }
    }
  }
  const load = (async () => {
    const begunMs = performance.now();
    for (let request = 0; !stopping.signal.aborted; request++) {
      const waitMs = begunMs + (request * 1000) / times.requestsPerSecond - performance.now();
      if (waitMs > 0) await sleep(waitMs);
      await gate.promise;
      const sending = sendOne().finally(() => isSending.delete(sending));
      isSending.add(sending);
      // a sender's patience is bounded, too
      while (isSending.size > 8) await Promise.race(isSending);
    }
    await Promise.all(isSending);
  })();

  /** Holds senders back until everything they sent is answered, and compares. */
  async function checkReceived(): Promise<void> {
    await Promise.all(isSending);
    const accepted = await collector.counted("otelcol_receiver_accepted_spans");
    const counts = `${accepted} received, ${acknowledged} answered, ${unanswered} without an answer`;
    assert.ok(accepted >= acknowledged && accepted <= acknowledged + unanswered, counts);
    for (const name of ["receiver_refused_spans", "exporter_send_failed_spans", "exporter_send_failed_metric_points"]) {
      assert.equal(await collector.counted(`otelcol_${name}`), 0, `${name}\n${collector.output}`);
    }
  }
  let restarts = 0;
  async function killUnderLoad(): Promise<void> {
    gate = Promise.withResolvers<void>();
    await checkReceived();
    gate.resolve();
    await sleep(1000 / times.requestsPerSecond + 137);
    await collector.end("SIGKILL");
    acknowledged = unanswered = 0;
    targets.forgetCounts();
    await collector.start();
    restarts++;
  }
  async function during(name: string, ms: number): Promise<void> {
    phase = name;
    say(`${name}: ${ms / 1000} s from ${Math.round(process.uptime())} s on`);
    await sleep(ms);
  }

  await during("steady", times.steadyMs);
  await targets.down();
  await during("down", times.downMs / 2);
  await killUnderLoad();
  await during("down, killed", times.downMs / 2);
  targets.answerAfterMs = times.answerAfterMs;
  await targets.up();
  await during("slow", times.slowMs);
  targets.answerAfterMs = 0;
  const flaps = Math.max(2, Math.round(times.flappingMs / times.flapMs / 2));
  for (let flap = 0; flap < flaps; flap++) {
    await targets.down();
    await during("flapping", times.flapMs);
    if (flap === flaps >> 1) await killUnderLoad();
    await targets.up();
    await during("flapping", times.flapMs);
  }
  stopping.abort();
  await load;
  await checkReceived();

  phase = "draining";
  say(`draining from ${Math.round(process.uptime())} s on`);
  const kept = traces.kept();
  const missing = (): number[] => kept.filter((trace) => !targets.isWhole(trace));
  const { input, output } = traces.tokens();
  const metered = (): readonly number[] =>
    ["gen_ai_usage_input_tokens_total", "gen_ai_usage_output_tokens_total"].map((name) => targets.sumOf(name));
  const isThere = (): boolean => {
    const [givenTokens, gotTokens] = metered();
    return givenTokens! >= input && gotTokens! >= output && missing().length === 0;
  };
  for (let idleMs = 0, before = 0; !isThere() && idleMs < 60_000; idleMs += 100) {
    await sleep(100);
    if (targets.requests !== before) idleMs = 0;
    before = targets.requests;
    // metrics are sent for ever
    if (missing().length === 0 && idleMs === 0 && metered()[0]! > input) break;
  }
  assert.deepEqual(missing().slice(0, 5), [], `traces that did not arrive, ${missing().length} of ${kept.length}`);
  assert.deepEqual(metered(), [input, output], "tokens are those that were sent");
  const calls = targets.sumOf("gen_ai_calls_total");
  const sent = traces.spans;
  assert.ok(calls >= sent, `${calls} spans were counted of ${sent}`);
  assert.ok(calls <= sent + sentAgain * traces.spansPerRequest, `${calls} spans were counted of ${sent}`);
  const wrong = targets.arrived().filter((trace) => !traces.isKept(trace));
  assert.deepEqual(wrong.slice(0, 5), [], "nothing else arrived");
  // what the target took and could not answer for was sent again
  const exported = await collector.counted("otelcol_exporter_sent_spans");
  const counts = `${exported} exported, ${targets.spansTaken} taken, ${targets.arrivedTwice} twice`;
  assert.ok(exported <= targets.spansTaken && targets.spansTaken <= exported + targets.arrivedTwice, counts);
  await checkReceived();
  assert.equal(await collector.end("SIGTERM"), 0, collector.output);
  return {
    traces: traces.count,
    spans: sent,
    keptTraces: kept.length,
    arrivedTwice: targets.arrivedTwice,
    sentAgain,
    restarts,
    residentBytes,
  };
}
