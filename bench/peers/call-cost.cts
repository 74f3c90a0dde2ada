/**
 * One contender in a process of its own: what a chat call of the `openai` package costs in CPU time, with a fetch that answers at once.
 * Arguments: the contender, `plain` or `stream`, `off` or `on` (content). Prints microseconds per call, the least of some windows of them: other work on the
 * machine only adds.
 */
const { context, metrics } = require("@opentelemetry/api") as typeof import("@opentelemetry/api");
const { AsyncLocalStorageContextManager } =
  require("@opentelemetry/context-async-hooks") as typeof import("@opentelemetry/context-async-hooks");
const { TracerProvider } = require("@opentelemetry/sdk-trace") as typeof import("@opentelemetry/sdk-trace");

type Instrumentation = {
  setTracerProvider(provider: unknown): void;
  setMeterProvider(provider: unknown): void;
};

const [contender = "none", mode = "plain", content = "off"] = process.argv.slice(2);
const calls = Number(process.env["CALLS"] ?? 5_000);
const windows = Number(process.env["WINDOWS"] ?? 8);
const chunks = 20;
const captures = content === "on";
let ended = 0;

const nothing = async (): Promise<void> => {};
const provider = new TracerProvider({
  spanProcessors: [{ onStart: () => {}, onEnd: () => void ended++, forceFlush: nothing, shutdown: nothing }],
});
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

const usage = { prompt_tokens: 12, completion_tokens: 40, total_tokens: 52 };
const about = { id: "chatcmpl-1", created: 1, model: "gpt-4o-2024-08-06", system_fingerprint: "fp" };
const answer = JSON.stringify({
  ...about,
  object: "chat.completion",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "word ".repeat(40) } }],
  usage,
});
const delta = (choice: object, more: object = {}): string =>
  `data: ${JSON.stringify({ ...about, object: "chat.completion.chunk", choices: [{ index: 0, ...choice }], ...more })}\n\n`;
const events = [
  ...Array.from({ length: chunks }, () => delta({ delta: { content: "word word " }, finish_reason: null })),
  delta({ delta: {}, finish_reason: "stop" }, { usage }),
  "data: [DONE]\n\n",
].map((text) => Buffer.from(text));

const json = { headers: { "content-type": "application/json" } };
const stream = { headers: { "content-type": "text/event-stream" } };

function cannedFetch(): Promise<Response> {
  if (mode === "plain") return Promise.resolve(new Response(answer, json));
  const body = new ReadableStream({
    start(controller) {
      for (const event of events) controller.enqueue(event);
      controller.close();
    },
  });
  return Promise.resolve(new Response(body, stream));
}

async function instrument(): Promise<Instrumentation | undefined> {
  switch (contender) {
    case "genscope": {
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
  // one that does nothing: what is compared is the spans
  instrumentation?.setMeterProvider(metrics.getMeterProvider());
  const { OpenAI } = require("openai") as typeof import("openai");
  const client = new OpenAI({ apiKey: "unused", maxRetries: 0, fetch: cannedFetch });
  const parameters = { model: "gpt-4o", messages: [{ role: "user" as const, content: "word ".repeat(60) }] };
  const call = async (): Promise<void> => {
    if (mode === "plain") {
      await client.chat.completions.create(parameters);
      return;
    }
    const streamed = await client.chat.completions.create({
      ...parameters,
      stream: true,
      stream_options: { include_usage: true },
    });
    for await (const _ of streamed);
  };
  for (let i = 0; i < calls * 2; i++) await call();
  ended = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let window = 0; window < windows; window++) {
    const before = process.cpuUsage();
    for (let i = 0; i < calls; i++) await call();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / calls);
  }
  const expected = contender === "none" ? 0 : calls * windows;
  process.stdout.write(JSON.stringify({ microseconds: least, spans: ended, expected }));
}

void main();
