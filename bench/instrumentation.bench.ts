import { OpenAIInstrumentation } from "@genscope/instrumentation/openai";
import { createRecorder, useAsyncContext } from "@genscope/instrumentation/testing";
import { type InstrumentationOptions } from "@genscope/instrumentation";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import OpenAI from "openai";
import type { Bench, BenchRow } from "./bench.ts";

const usage = { prompt_tokens: 21, completion_tokens: 7, total_tokens: 28 };
const completion = JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "gpt-4o-2024-11-20",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "Hello! How can I help you?" } }],
  usage,
});
const chunk = (delta: object, more: object = {}): string =>
  `data: ${JSON.stringify({ id: "chatcmpl-1", model: "gpt-4o", choices: [{ index: 0, delta, finish_reason: null }], ...more })}\n\n`;
const chunks = 20;
const stream = `${Array.from({ length: chunks }, () => chunk({ content: "Hello " })).join("")}${chunk({}, { usage })}data: [DONE]\n\n`;

/** A client whose answers come from memory: what is left is the library, and what is put around it. */
const client = new OpenAI({
  apiKey: "unused",
  maxRetries: 0,
  fetch: async (_url, init) =>
    typeof init?.body === "string" && init.body.includes('"stream":true')
      ? new Response(stream, { headers: { "content-type": "text/event-stream" } })
      : new Response(completion, { headers: { "content-type": "application/json" } }),
});
const body = {
  model: "gpt-4o",
  messages: [{ role: "user" as const, content: "Hello, who are you and what can you do?" }],
};

async function chat(): Promise<void> {
  await client.chat.completions.create(body);
}
async function streamed(): Promise<void> {
  for await (const item of await client.chat.completions.create({ ...body, stream: true })) void item;
}

/** CPU microseconds of one call, of the whole process: what a call costs wherever it is spent. */
async function cpuPerCall(run: () => Promise<void>, calls: number): Promise<number> {
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call++) await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

const nothing = async (): Promise<void> => {};

function createInstrumentation(options: InstrumentationOptions): OpenAIInstrumentation {
  const recorder = createRecorder();
  const processor = { onStart: () => {}, onEnd: () => {}, forceFlush: nothing, shutdown: nothing };
  const instrumentation = new OpenAIInstrumentation({ ...options, enabled: false });
  instrumentation.setTracerProvider(new TracerProvider({ spanProcessors: [processor] }));
  instrumentation.setMeterProvider(recorder.meterProvider);
  return instrumentation;
}

/** Plain and instrumented by turns, so that what the machine does meanwhile hits both. */
async function compare(
  run: () => Promise<void>,
  options: InstrumentationOptions,
  calls: number,
): Promise<[number, number]> {
  const plain: number[] = [];
  const instrumented: number[] = [];
  const instrumentation = createInstrumentation(options);
  for (let round = 0; round < 9; round++) {
    const bare = await cpuPerCall(run, calls);
    instrumentation.instrumentModule(OpenAI);
    const ours = await cpuPerCall(run, calls);
    instrumentation.disable();
    // the first round warms up
    if (round === 0) continue;
    plain.push(bare);
    instrumented.push(ours);
  }
  return [Math.min(...plain), Math.min(...instrumented)];
}

function heapMegabytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

export const bench: Bench = {
  title: "Instrumentation of openai",
  method:
    "CPU time of the whole process per call of `openai` 7 with a canned `fetch`, plain and instrumented by turns in one process; least of eight rounds, since other work on the machine only adds. " +
    "Spans go to a processor that drops them, metrics are aggregated. The stream has 21 chunks.",
  async run(log) {
    useAsyncContext();
    const rows: BenchRow[] = [];
    for (const [what, run, options, calls] of [
      ["chat", chat, {}, 3000],
      ["chat, content on spans", chat, { capture: "spans" }, 3000],
      ["stream of 21 chunks", streamed, {}, 1000],
      ["stream of 21 chunks, content on spans", streamed, { capture: "spans" }, 1000],
    ] as const) {
      const [plain, ours] = await compare(run, options, calls);
      log(`${what}: ${plain.toFixed(1)} → ${ours.toFixed(1)} µs`);
      rows.push({
        what: `${what}: added per call`,
        value: `${(ours - plain).toFixed(1)} µs`,
        against: `${plain.toFixed(1)} µs plain`,
      });
    }
    const instrumentation = createInstrumentation({});
    instrumentation.instrumentModule(OpenAI);
    await cpuPerCall(chat, 5000);
    const before = heapMegabytes();
    const calls = 200_000;
    await cpuPerCall(chat, calls);
    const after = heapMegabytes();
    instrumentation.disable();
    log(`heap: ${before.toFixed(1)} → ${after.toFixed(1)} MB`);
    rows.push({
      what: `heap after ${calls / 1000},000 calls`,
      value: `${after.toFixed(1)} MB`,
      against: `${before.toFixed(1)} MB before`,
      target: "flat",
    });
    return rows;
  },
};
