/**
 * A process of the benchmark of tail sampling: `fill DIR TRACES PROMPT_BYTES` writes the journal, `stage DIR TRACES` or `memory DIR TRACES` reads it as one of the contenders.
 * Prints a line of JSON with what it measured.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Catalogue } from "@genscope/collector";
import { type Journal, type JournalConsumer, openJournal } from "@genscope/journal";
import { indexTraces, pickSpans, readHex, Signal, type TraceView } from "@genscope/otlp";
import { aTraceRequest, type SpanInit } from "@genscope/otlp/testing";
import { createChain } from "../packages/collector/src/graph/chain.ts";
import { internalLimits } from "../packages/collector/src/graph/index-request.ts";
import { createOutput } from "../packages/collector/src/graph/output.ts";
import { RecentViews } from "../packages/collector/src/graph/recent-views.ts";
import { createTelemetry } from "../packages/collector/src/graph/telemetry.ts";
import { usage } from "./process-usage.ts";

const spansPerTrace = 5;
const tracesPerRequest = 200;
const startMs = 1_800_000_000_000;
const waitMs = 60_000;
const config = {
  decision_wait: "60s",
  num_traces: 1_000_000,
  policies: [
    { name: "errors", type: "status_code", status_code: { status_codes: ["ERROR"] } },
    { name: "some", type: "probabilistic", probabilistic: { sampling_percentage: 10 } },
  ],
};

function open(dir: string, name: string): Promise<Journal> {
  return openJournal({ dir: join(dir, name), maxBytes: 64 * 1024 ** 3 });
}

/** The spans of a trace come in requests of their own, as they end: the root, which has the prompt, last. */
async function fill(dir: string, traces: number, promptBytes: number): Promise<void> {
  await using journal = await open(dir, "input");
  for (const name of ["stage", "memory"]) await journal.consumer(name);
  const prompt = "Lorem ipsum dolor sit amet, ".repeat(Math.ceil(promptBytes / 28)).slice(0, promptBytes);
  const perRequest = promptBytes > 0 ? tracesPerRequest / 4 : tracesPerRequest;
  const templates = Array.from({ length: spansPerTrace }, (_, part) => new Template(perRequest, part, prompt));
  for (let first = 0; first < traces; first += perRequest) {
    for (const template of templates.toReversed()) {
      const payload = template.requestOf(first);
      await journal.append({ signal: Signal.traces, itemCount: perRequest, receivedAtMs: startMs, payload });
    }
  }
}

/** One span of each of some traces, of which only the ids are written anew. */
class Template {
  readonly #bytes: Uint8Array;
  readonly #view: TraceView;
  readonly #part: number;

  constructor(count: number, part: number, prompt: string) {
    const spans = Array.from({ length: count }, (_, index) => spanOf(index, part, prompt));
    this.#bytes = aTraceRequest({ spans });
    this.#view = indexTraces(this.#bytes);
    this.#part = part;
  }

  requestOf(first: number): Uint8Array {
    const bytes = this.#bytes.slice();
    const data = new DataView(bytes.buffer);
    const { spans } = this.#view;
    for (let row = 0; row < spans.count; row++) {
      const trace = first + row;
      const traceId = spans.traceIdOffset[row]!;
      data.setUint32(traceId, Math.imul(trace, 0x9e3779b1) >>> 0);
      data.setUint32(traceId + 12, trace);
      const spanId = spans.spanIdOffset[row]!;
      data.setUint32(spanId, trace);
      data.setUint32(spanId + 4, this.#part + 1);
      const parent = spans.parentSpanIdOffset[row]!;
      if (parent === -1) continue;
      data.setUint32(parent, trace);
      data.setUint32(parent + 4, 1);
    }
    return bytes;
  }
}

function spanOf(index: number, part: number, prompt: string): SpanInit {
  return {
    traceId: "1".repeat(32),
    spanId: "1".repeat(16),
    ...(part === 0 ? {} : { parentSpanId: "1".repeat(16) }),
    name: "chat gpt-4o",
    status: { code: index % 100 === 0 && part === 2 ? 2 : 1 },
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-4o",
      "gen_ai.usage.input_tokens": 200 + index,
      "gen_ai.usage.output_tokens": 20 + index,
      ...(part === 0 && prompt !== "" ? { "gen_ai.input.messages": prompt } : {}),
    },
  };
}

interface Contender {
  /** Reads everything that is there, until so many traces wait. */
  readAll(traces: number): Promise<void>;
  /** Decides; resolves to how many spans were put out. */
  decide(): Promise<number>;
  close(): Promise<void>;
}

function warn(message: string): void {
  process.stderr.write(`${message}\n`);
}

async function stage(input: JournalConsumer, outputJournal: Journal, dir: string): Promise<Contender> {
  const telemetry = createTelemetry();
  const catalogue = new Catalogue();
  const component = catalogue.registry.find("processors", "tail_sampling")!;
  const entry = catalogue.entryOf(component);
  if (entry.role !== "stateful") throw new Error("tail_sampling is not a stage");
  const stopped = new AbortController();
  const own = await outputJournal.consumer("own");
  let nowMs = startMs;
  const stateDir = join(dir, "state");
  await mkdir(stateDir, { recursive: true });
  const made = await entry.make(component.config.parse(config), {
    id: "tail_sampling",
    pipeline: "traces",
    input,
    journalMaxBytes: 64 * 1024 ** 3,
    stateDir,
    isStrict: false,
    now: () => nowMs,
    telemetry,
    recent: new RecentViews(),
    warn,
    output: createOutput({
      id: "tail_sampling",
      chain: createChain([], telemetry),
      journal: outputJournal,
      own,
      telemetry,
      warn,
      stopped: stopped.signal,
    }),
  });
  const pending = (): number => gauge(telemetry, "otelcol_processor_tail_sampling_sampling_traces_on_memory");
  const abort = new AbortController();
  const running = made.run(abort.signal);
  return {
    async readAll(traces) {
      while (pending() < traces) await delay(100);
      // and the rest of their spans
      await delay(2_000);
    },
    async decide() {
      while (pending() > 0 || input.lagBytes > 0) {
        nowMs += 2 * waitMs;
        await delay(50);
      }
      return outputJournal.stats().appendedItems;
    },
    async close() {
      abort.abort();
      stopped.abort();
      await running;
    },
  };
}

function gauge(telemetry: ReturnType<typeof createTelemetry>, name: string): number {
  const found = telemetry.read().find((one) => one.name === name);
  return typeof found?.value === "number" ? found.value : 0;
}

/** What one would write first: the bytes of each trace's spans in a map, and nothing else. */
function memory(input: JournalConsumer, outputJournal: Journal): Contender {
  const traces = new Map<string, { readonly parts: Uint8Array[]; spans: number; hasError: boolean }>();
  let view: TraceView | undefined;
  const take = (payload: Uint8Array): void => {
    const current = (view = indexTraces(payload, internalLimits, view));
    const rows = new Map<string, number[]>();
    for (let row = 0; row < current.spans.count; row++) {
      const id = readHex(current, current.spans.traceIdOffset[row]!, 16);
      const known = rows.get(id);
      if (known === undefined) rows.set(id, [row]);
      else known.push(row);
    }
    for (const [id, own] of rows) {
      const trace = traces.get(id) ?? { parts: [], spans: 0, hasError: false };
      traces.set(id, trace);
      trace.parts.push(pickSpans(current, own));
      trace.spans += own.length;
      trace.hasError ||= own.some((row) => current.spans.statusCode[row] === 2);
    }
  };
  return {
    async readAll() {
      for (;;) {
        const records = await input.read({ waitMs: 0 });
        if (records.length === 0) return;
        for (const { payload } of records) take(payload);
      }
    },
    async decide() {
      let spans = 0;
      for (const [id, trace] of traces) {
        if (!trace.hasError && Number.parseInt(id.slice(0, 8), 16) > 0.1 * 2 ** 32) continue;
        const payload = Buffer.concat(trace.parts);
        await outputJournal.append({ signal: Signal.traces, itemCount: trace.spans, receivedAtMs: startMs, payload });
        spans += trace.spans;
      }
      traces.clear();
      return spans;
    },
    close: () => Promise.resolve(),
  };
}

async function measure(kind: "stage" | "memory", dir: string, traces: number): Promise<void> {
  await using inputJournal = await open(dir, "input");
  await using outputJournal = await open(dir, `output-${kind}`);
  const input = await inputJournal.consumer(kind);
  const contender = kind === "stage" ? await stage(input, outputJournal, dir) : memory(input, outputJournal);
  const before = process.cpuUsage();
  await contender.readAll(traces);
  await delay(1_000);
  const { residentBytes, peakBytes } = usage(process.pid);
  const putOut = await contender.decide();
  const { user, system } = process.cpuUsage(before);
  const cpuSeconds = (user + system) / 1e6;
  const result = { putOut, residentBytes, peakBytes, endPeakBytes: usage(process.pid).peakBytes, cpuSeconds };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  await contender.close();
}

const [kind, dir = "", traces = "", promptBytes = ""] = process.argv.slice(2);
if (kind === "fill") await fill(dir, Number(traces), Number(promptBytes));
else await measure(kind === "stage" ? "stage" : "memory", dir, Number(traces));
