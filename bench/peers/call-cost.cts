/**
 * One contender in a process of its own, with calls of the `openai` package whose fetch answers from memory. Arguments: the contender; `plain` or `stream`,
 * for the CPU time of a call, or `first`, for the time to a stream's first chunk; `off` or `on` (content); and what becomes of spans: `dropped` by a processor
 * of OpenTelemetry's SDK, `sent` in OTLP by the set-up that the contender's users have, in requests that are answered from memory as well, or `measured`,
 * sent with metrics counted. Answers each message of the parent, a number of calls, with what they took.
 */
const { context, metrics, SpanKind, trace } = require("@opentelemetry/api") as typeof import("@opentelemetry/api");
const { AsyncLocalStorageContextManager } =
  require("@opentelemetry/context-async-hooks") as typeof import("@opentelemetry/context-async-hooks");
const { LoggerProvider } = require("@opentelemetry/sdk-logs") as typeof import("@opentelemetry/sdk-logs");
const { TracerProvider } = require("@opentelemetry/sdk-trace") as typeof import("@opentelemetry/sdk-trace");
const { syncBuiltinESMExports } = require("node:module") as typeof import("node:module");
const { Readable, Writable } = require("node:stream") as typeof import("node:stream");
const { setImmediate } = require("node:timers/promises");

type Instrumentation = {
  setTracerProvider(provider: unknown): void;
  setMeterProvider(provider: unknown): void;
  setLoggerProvider?(provider: unknown): void;
};
type Create = (this: unknown, ...parameters: unknown[]) => Promise<unknown>;

const [contender = "none", mode = "plain", content = "off", fate = "dropped"] = process.argv.slice(2);
const chunks = 20;
const isSent = fate !== "dropped";
const counts = fate === "measured";
const captures = content === "on";
const streams = mode !== "plain";
let ended = 0;

const nothing = async (): Promise<void> => {};
if (isSent) answerExports();

function swallow(_chunk: unknown, _encoding: unknown, done: () => void): void {
  done();
}

/** Has `http.request` swallow what it is given and answer at once: a network is as slow for everybody. */
function answerExports(): void {
  const http = require("node:http") as { request: unknown };
  http.request = (_url: unknown, _options: unknown, onResponse: (response: unknown) => void) => {
    const answer = (done: () => void): void => {
      done();
      onResponse(Object.assign(Readable.from([]), { statusCode: 200, headers: {} }));
    };
    return Object.assign(new Writable({ write: swallow, final: answer }), { setTimeout() {}, setHeader() {} });
  };
  syncBuiltinESMExports();
}

const counting = { onStart: () => {}, onEnd: () => void ended++, forceFlush: nothing, shutdown: nothing };
const provider = new TracerProvider({ spanProcessors: [counting, ...(isSent ? [createBatchProcessor()] : [])] });
/** Sends what waits. */
let flush = (): Promise<void> => provider.forceFlush();

/** As `NodeSDK` sets it up, and as room for a whole window's spans, in which the event loop does not turn. */
function createBatchProcessor(): import("@opentelemetry/sdk-trace").SpanProcessor {
  const { BatchSpanProcessor } = require("@opentelemetry/sdk-trace") as typeof import("@opentelemetry/sdk-trace");
  const { OTLPTraceExporter } =
    require("@opentelemetry/exporter-trace-otlp-proto") as typeof import("@opentelemetry/exporter-trace-otlp-proto");
  return new BatchSpanProcessor({
    exporter: new OTLPTraceExporter(),
    maxQueueSize: Number(process.env["OTEL_BSP_MAX_QUEUE_SIZE"]),
  });
}

function createMeterProvider(): import("@opentelemetry/api").MeterProvider {
  // one that does nothing: what is compared is the spans
  if (!counts) return metrics.getMeterProvider();
  const { MeterProvider, PeriodicExportingMetricReader } =
    require("@opentelemetry/sdk-metrics") as typeof import("@opentelemetry/sdk-metrics");
  const { OTLPMetricExporter } =
    require("@opentelemetry/exporter-metrics-otlp-proto") as typeof import("@opentelemetry/exporter-metrics-otlp-proto");
  return new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter() })] });
}

// for those that send content as events
const logs = new LoggerProvider({ processors: [{ onEmit: () => {}, forceFlush: nothing, shutdown: nothing }] });
const setsItselfUp = contender === "genscope" && isSent;
if (!setsItselfUp) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

const usage = { prompt_tokens: 12, completion_tokens: 40, total_tokens: 52 };
const about = { id: "chatcmpl-1", created: 1, model: "gpt-4o-2024-08-06", system_fingerprint: "fp" };
/** No two answers after each other have the same id and tokens, as in life. */
const answers = Array.from({ length: 16 }, (_, i) =>
  JSON.stringify({
    ...about,
    id: `chatcmpl-${i + 1000}`,
    object: "chat.completion",
    choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "word ".repeat(40) } }],
    usage: { prompt_tokens: 12 + i, completion_tokens: 40 + i, total_tokens: 52 + 2 * i },
  }),
);
let answered = 0;
const delta = (choice: object, more: object = {}): string =>
  `data: ${JSON.stringify({ ...about, object: "chat.completion.chunk", choices: [{ index: 0, ...choice }], ...more })}\n\n`;
const events = [
  ...Array.from({ length: chunks }, () => delta({ delta: { content: "word word " }, finish_reason: null })),
  delta({ delta: {}, finish_reason: "stop" }, { usage }),
  "data: [DONE]\n\n",
].map((text) => Buffer.from(text));

const json = { headers: { "content-type": "application/json" } };
const stream = { headers: { "content-type": "text/event-stream" } };

/** All of it is there at once. */
const whole = {
  start(controller: ReadableStreamDefaultController): void {
    for (const event of events) controller.enqueue(event);
    controller.close();
  },
};

/** One piece at each turn of the event loop, as from a socket. */
function piecemeal(): UnderlyingDefaultSource {
  let at = 0;
  return {
    async pull(controller) {
      await setImmediate();
      if (at < events.length) controller.enqueue(events[at++]);
      else controller.close();
    },
  };
}

function cannedFetch(): Promise<Response> {
  if (mode === "plain") return Promise.resolve(new Response(answers[answered++ & 15], json));
  return Promise.resolve(new Response(new ReadableStream(mode === "first" ? piecemeal() : whole), stream));
}

/** What an application would write by hand to have the same attributes on a span of the SDK: what no instrumentation with this SDK is below. */
function wrapByHand(OpenAI: typeof import("openai").OpenAI): void {
  const tracer = provider.getTracer("by-hand");
  const completions = OpenAI.Chat.Completions.prototype as unknown as { create: Create };
  const { create } = completions;
  completions.create = async function (...parameters) {
    const request = parameters[0] as { model: string; messages: unknown };
    const attributes = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": request.model,
      "server.address": "api.openai.com",
      "server.port": 443,
      "openai.api.type": "chat_completions",
      ...(streams ? { "gen_ai.request.stream": true } : {}),
    };
    const span = tracer.startSpan(`chat ${request.model}`, { kind: SpanKind.CLIENT, attributes });
    const within = trace.setSpan(context.active(), span);
    const value = await context.with(within, () => create.apply(this, parameters));
    if (streams) return readByHand(value as AsyncIterable<Answered>, span, request);
    endByHand(span, request, value as Answered, (value as Answered).usage);
    return value;
  };
}

interface Answered {
  readonly id: string;
  readonly model: string;
  readonly system_fingerprint: string;
  readonly choices: readonly {
    readonly finish_reason: string;
    readonly message?: unknown;
    readonly delta?: { readonly content?: string };
  }[];
  readonly usage?: typeof usage;
}

function endByHand(
  span: import("@opentelemetry/api").Span,
  request: { messages: unknown },
  answer: Answered,
  used: typeof usage | undefined,
  more: object = {},
  text?: string,
): void {
  span.setAttributes({
    "gen_ai.response.id": answer.id,
    "gen_ai.response.model": answer.model,
    "openai.response.system_fingerprint": answer.system_fingerprint,
    "gen_ai.response.finish_reasons": answer.choices.map((choice) => choice.finish_reason),
    "gen_ai.usage.input_tokens": used?.prompt_tokens,
    "gen_ai.usage.output_tokens": used?.completion_tokens,
    ...more,
    ...(captures
      ? {
          "gen_ai.input.messages": JSON.stringify(request.messages),
          "gen_ai.output.messages": JSON.stringify(text ?? answer.choices.map((choice) => choice.message)),
        }
      : {}),
  });
  span.end();
}

async function* readByHand(
  items: AsyncIterable<Answered>,
  span: import("@opentelemetry/api").Span,
  request: { messages: unknown },
): AsyncGenerator {
  const started = performance.now();
  let first: number | undefined;
  let last: Answered | undefined;
  let text = "";
  for await (const item of items) {
    first ??= performance.now();
    if (captures) text += item.choices[0]?.delta?.content ?? "";
    last = item;
    yield item;
  }
  if (last === undefined) return;
  const more = { "gen_ai.response.time_to_first_chunk": ((first ?? started) - started) / 1000 };
  endByHand(span, request, last, last.usage, more, text);
}

async function instrument(): Promise<Instrumentation | undefined> {
  switch (contender) {
    case "genscope": {
      if (setsItselfUp) {
        const { init } = await import("@genscope/sdk");
        const genscope = init({
          content: { capture: captures ? "spans" : "none", mask: false },
          spanProcessors: [counting],
        });
        flush = () => genscope.flush();
        return undefined;
      }
      const { OpenAIInstrumentation } = await import("@genscope/instrumentation/openai");
      return new OpenAIInstrumentation({ capture: captures ? "spans" : "none" });
    }
    case "traceloop": {
      const { OpenAIInstrumentation } = require("@traceloop/instrumentation-openai");
      return new OpenAIInstrumentation({ traceContent: captures, enrichTokens: false });
    }
    case "openinference": {
      const { OpenAIInstrumentation } = require("@arizeai/openinference-instrumentation-openai");
      return new OpenAIInstrumentation({ traceConfig: { hideInputs: !captures, hideOutputs: !captures } });
    }
    case "opentelemetry": {
      const { OpenAIInstrumentation } = require("@opentelemetry/instrumentation-openai");
      return new OpenAIInstrumentation({ captureMessageContent: captures });
    }
    default:
      return undefined;
  }
}

async function main(): Promise<void> {
  const instrumentation = await instrument();
  instrumentation?.setTracerProvider(provider);
  instrumentation?.setMeterProvider(createMeterProvider());
  if (captures) instrumentation?.setLoggerProvider?.(logs);
  const { OpenAI } = require("openai") as typeof import("openai");
  if (contender === "by-hand") wrapByHand(OpenAI);
  const client = new OpenAI({ apiKey: "unused", maxRetries: 0, fetch: cannedFetch });
  const parameters = { model: "gpt-4o", messages: [{ role: "user" as const, content: "word ".repeat(60) }] };
  const call = async (): Promise<void> => {
    if (streams) for await (const _ of await ask());
    else await client.chat.completions.create(parameters);
  };
  const ask = () =>
    client.chat.completions.create({ ...parameters, stream: true, stream_options: { include_usage: true } });
  /** Microseconds until there is a first chunk. The rest is read outside. */
  const firstChunk = async (): Promise<number> => {
    const asked = performance.now();
    let seen: number | undefined;
    for await (const _ of await ask()) seen ??= performance.now();
    return ((seen ?? Number.NaN) - asked) * 1000;
  };
  const measure = async (calls: number): Promise<number> => {
    if (mode === "first") {
      const times: number[] = [];
      for (let i = 0; i < calls; i++) times.push(await firstChunk());
      return times.toSorted((a, b) => a - b)[calls >> 1]!;
    }
    const before = process.cpuUsage();
    for (let i = 0; i < calls; i++) await call();
    if (isSent) await flush();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / calls;
  };
  process.on("message", (message) => {
    const calls = Number(message);
    ended = 0;
    void measure(calls).then((microseconds) => {
      globalThis.gc?.();
      const isComplete = ended === (contender === "none" ? 0 : calls);
      process.send?.({ microseconds, isComplete, heapBytes: process.memoryUsage().heapUsed });
      return undefined;
    });
  });
  process.send?.("ready");
}

void main();
