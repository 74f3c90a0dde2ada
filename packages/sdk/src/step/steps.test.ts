import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { ContentOptions } from "@genscope/instrumentation";
import { OpenAIInstrumentation } from "@genscope/instrumentation/openai";
import { trace } from "@opentelemetry/api";
import { createRecorder, type Recorder, useAsyncContext } from "@genscope/instrumentation/testing";
import OpenAI from "openai";
import { createStepTelemetry, setStepTelemetry } from "./step-telemetry.ts";
import { agent, embedding, guardrail, rerank, retrieval, task, tool, workflow } from "./steps.ts";

useAsyncContext();
let recorder: Recorder;

function record(content: ContentOptions = {}): void {
  recorder = createRecorder();
  const telemetry = createStepTelemetry(content);
  telemetry.setTracerProvider(recorder.tracerProvider);
  telemetry.setMeterProvider(recorder.meterProvider);
  telemetry.setLoggerProvider(recorder.loggerProvider);
  setStepTelemetry(telemetry);
}
const names = (): string[] => recorder.spans.map(({ name }) => name);

describe("a wrapped function", () => {
  beforeEach(() => record());
  afterEach(() => setStepTelemetry(createStepTelemetry({})));

  it("stays sync, and keeps name, length, this and arguments", () => {
    const counter = {
      base: 40,
      add: task(function add(this: { base: number }, x: number, y: number): number {
        return this.base + x + y;
      }),
    };
    assert.equal(counter.add(1, 1), 42);
    assert.equal(counter.add.name, "add");
    assert.equal(counter.add.length, 2);
    assert.deepEqual(names(), ["add"]);
  });

  it("throws what it throws, and the span says so", async () => {
    const error = new RangeError("too far");
    const sync = tool("jump", () => {
      throw error;
    });
    const later = tool("jump later", async () => {
      throw error;
    });
    assert.throws(sync, (thrown) => thrown === error);
    await assert.rejects(later(), (thrown) => thrown === error);
    for (const span of recorder.spans) {
      assert.equal(span.attributes["error.type"], "RangeError");
      assert.deepEqual(span.status, { code: 2, message: "too far" });
    }
    assert.deepEqual(names(), ["execute_tool jump", "execute_tool jump later"]);
  });

  it("hands on a library's own promise, and the call in it has its span", async () => {
    const instrumentation = new OpenAIInstrumentation({ enabled: false });
    instrumentation.setTracerProvider(recorder.tracerProvider);
    instrumentation.instrumentModule(OpenAI);
    const answer = { id: "1", model: "m", choices: [], usage: { prompt_tokens: 3, completion_tokens: 1 } };
    const client = new OpenAI({ apiKey: "unused", fetch: async () => Response.json(answer) });
    const ask = task("ask", () => client.chat.completions.create({ model: "m", messages: [] }));
    const { data, response } = await ask().withResponse();
    instrumentation.disable();
    assert.deepEqual([data.id, response.status], ["1", 200]);
    const [chat, step] = recorder.spans;
    assert.deepEqual([chat?.name, step?.name, recorder.spans.length], ["chat m", "ask", 2]);
    assert.equal(chat?.attributes["gen_ai.usage.input_tokens"], 3);
    assert.equal(chat?.parentSpanContext?.spanId, step?.spanContext().spanId);
  });

  it("stays async, and ends when the promise does", async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const pending = task("wait", () => promise)();
    assert.deepEqual(names(), []);
    resolve("done");
    assert.equal(await pending, "done");
    assert.deepEqual(names(), ["wait"]);
  });

  it("gives a promise of another class back as it is, and does not start a lazy one", async () => {
    let started = 0;
    const lazy = {
      // oxlint-disable-next-line unicorn/no-thenable
      then(onValue: (value: number) => unknown): void {
        started++;
        onValue(7);
      },
    };
    const result = task("query", () => lazy)();
    assert.equal(result, lazy);
    assert.equal(started, 0);
    assert.equal(await (result as unknown as Promise<number>), 7);
    assert.deepEqual(names(), ["query"]);
  });

  it("leaves a rejection that nobody handles unhandled", async () => {
    const seen: unknown[] = [];
    const listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", (reason) => seen.push(reason));
    void task("lost", async () => {
      throw new Error("nobody cares");
    })();
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.removeAllListeners("unhandledRejection");
    for (const listener of listeners) process.on("unhandledRejection", listener);
    assert.equal(seen.length, 1);
  });

  it("stays a generator: each step inside the span, ended at the end or where the reader leaves", () => {
    const inside: (string | undefined)[] = [];
    const numbers = task("numbers", function* count(): Generator<number> {
      inside.push(trace.getActiveSpan()?.spanContext().spanId);
      yield 1;
      inside.push(trace.getActiveSpan()?.spanContext().spanId);
      yield 2;
    });
    assert.deepEqual([...numbers()], [1, 2]);
    for (const number of numbers()) if (number === 1) break;
    assert.deepEqual(names(), ["numbers", "numbers"]);
    assert.equal(inside[0], recorder.spans[0]?.spanContext().spanId);
    assert.equal(inside[1], inside[0]);
    assert.equal(trace.getActiveSpan(), undefined);
  });

  it("stays an async generator, with its children below it", async () => {
    const inner = task("inner", async (x: number) => x * 2);
    const doubled = agent("doubler", async function* run(): AsyncGenerator<number> {
      yield await inner(1);
      yield await inner(2);
      throw new Error("enough");
    });
    const seen: number[] = [];
    await assert.rejects(async () => {
      for await (const item of doubled()) seen.push(item);
    }, /enough/u);
    assert.deepEqual(seen, [2, 4]);
    assert.deepEqual(names(), ["inner", "inner", "invoke_agent doubler"]);
    const parent = recorder.spans[2]!;
    assert.equal(parent.attributes["error.type"], "Error");
    assert.equal(recorder.spans[0]?.parentSpanContext?.spanId, parent.spanContext().spanId);
  });

  it("stays a stream: web and Node ones, ended when they are read", async () => {
    const web = task("web", () => ReadableStream.from(["a", "b"]))();
    const node = task("node", async () => Readable.from(["a", "b"]))();
    assert.deepEqual(names(), []);
    const reader = web.getReader();
    while (!(await reader.read()).done);
    assert.deepEqual(names(), ["web"]);
    assert.deepEqual(await (await node).toArray(), ["a", "b"]);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(names(), ["web", "node"]);
  });

  it("does not keep an emitter's error from being thrown", () => {
    const stream = task("broken", () => new Readable({ read: () => {} }))();
    assert.ok(stream instanceof EventEmitter);
    assert.throws(() => stream.emit("error", new Error("loud")), /loud/u);
    assert.equal(recorder.spans[0]?.attributes["error.type"], "Error");
  });
});

describe("kinds of steps", () => {
  beforeEach(() => record());

  it("have the names and attributes of the conventions", async () => {
    const documents = [{ id: "d1", score: 0.9 }];
    const look = retrieval({ name: "look", dataSource: "manual", topK: 3 }, async (_query: string) => documents);
    const order = rerank({ model: "rerank-3", provider: "cohere" }, (_query: string, list: unknown[]) => list);
    const vector = embedding({ model: "minilm" }, (_text: string) => [0, 1]);
    const check = guardrail("no-secrets", (_text: string) => true);
    const search = tool({ name: "search", description: "Finds pages" }, look);
    const bot = agent({ name: "bot", model: "gpt-4o" }, async (question: string) => {
      vector(question);
      check(question);
      return order(question, await search(question));
    });
    await workflow("answer", bot)("Why?");
    assert.deepEqual(names(), [
      "embeddings minilm",
      "run_guardrail no-secrets",
      "retrieval manual",
      "execute_tool search",
      "rerank rerank-3",
      "invoke_agent bot",
      "invoke_workflow answer",
    ]);
    const attributes = new Map(recorder.spans.map((span) => [span.name, span.attributes]));
    assert.deepEqual(attributes.get("execute_tool search"), {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.agent.name": "bot",
      "gen_ai.tool.name": "search",
      "gen_ai.tool.type": "function",
      "gen_ai.tool.description": "Finds pages",
    });
    assert.deepEqual(attributes.get("retrieval manual"), {
      "gen_ai.operation.name": "retrieval",
      "gen_ai.data_source.id": "manual",
      "gen_ai.retrieval.top_k": 3,
      "genscope.retrieval.count": 1,
    });
    const metrics = new Map((await recorder.metrics()).map((metric) => [metric.name, metric]));
    const calls = metrics.get("gen_ai.invoke_agent.tool_calls")?.points;
    const own = calls?.find(({ attributes: point }) => point["gen_ai.agent.name"] === "bot");
    assert.deepEqual((own?.value as { sum?: number } | undefined)?.sum, 1);
    assert.equal(metrics.get("gen_ai.execute_tool.duration")?.points[0]?.attributes["gen_ai.tool.name"], "search");
  });
});

const run = (): void => {
  tool("send", (_letter: { to: string; body: string }) => "sent")({ to: "a@example.com", body: "Hello" });
  workflow("ask", (_question: string) => "answer")("question");
};
const exported = (): string =>
  JSON.stringify([recorder.spans.map((span) => span.attributes), recorder.logs.map((log) => log.attributes)]);

describe("content of steps", () => {
  it("does not leave the process unless somebody asks for it", () => {
    record();
    run();
    assert.doesNotMatch(exported(), /Hello|example|question|answer/u);
    assert.equal(recorder.logs.length, 0);
  });

  it("goes to events, spans, or both", () => {
    for (const [capture, events, spans] of [
      ["events", true, false],
      ["spans", false, true],
      ["both", true, true],
    ] as const) {
      record({ capture });
      run();
      assert.equal(recorder.logs.length === 2, events, capture);
      assert.equal("gen_ai.tool.call.arguments" in recorder.spans[0]!.attributes, spans, capture);
    }
    assert.deepEqual(JSON.parse(String(recorder.spans[0]?.attributes["gen_ai.tool.call.arguments"])), {
      to: "a@example.com",
      body: "Hello",
    });
    assert.deepEqual(JSON.parse(String(recorder.spans[1]?.attributes["gen_ai.input.messages"])), [
      { role: "user", parts: [{ type: "text", content: "question" }] },
    ]);
  });

  it("is masked, rewritten, refused and cut before it leaves", () => {
    record({
      capture: "both",
      maxChars: 20,
      mask: (text) => text.replaceAll(/\S+@\S+/gu, "[email]"),
      onContent: ({ attribute, value }) => (attribute === "gen_ai.output.messages" ? undefined : value),
    });
    workflow("ask", (_question: string) => "answer")(`me@example.com asks ${"a".repeat(50)}`);
    const [span] = recorder.spans;
    assert.match(String(span?.attributes["gen_ai.input.messages"]), /\[email\] asks aaa.*truncated: 20 of 63/u);
    assert.equal(span?.attributes["gen_ai.output.messages"], undefined);
    assert.doesNotMatch(exported(), /example/u);
  });

  it("is dropped if masking fails, and the step runs on", () => {
    record({
      capture: "both",
      mask: () => {
        throw new Error("no rules");
      },
    });
    assert.equal(task("t", (x: string) => x)("secret"), "secret");
    assert.doesNotMatch(exported(), /secret/u);
  });

  it("can be anything: cycles, BigInt, getters that throw", () => {
    record({ capture: "both" });
    const odd: Record<string, unknown> = { big: 10n, when: new Date(0), map: new Map([["k", 1]]) };
    odd["self"] = odd;
    Object.defineProperty(odd, "trap", {
      enumerable: true,
      get() {
        throw new Error("no");
      },
    });
    assert.equal(task("t", (x: unknown) => x)(odd), odd);
    assert.deepEqual(names(), ["t"]);
  });

  it("keeps out what a step says is not to be captured", () => {
    record({ capture: "both" });
    tool({ name: "login", capture: { input: false } }, (_password: string) => "ok")("hunter2");
    tool({ name: "secret", capture: false }, (_password: string) => "hunter3")("hunter2");
    assert.doesNotMatch(exported(), /hunter/u);
    assert.match(exported(), /"ok/u);
  });
});
