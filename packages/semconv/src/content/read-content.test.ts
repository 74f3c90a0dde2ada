import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import type { SpanType } from "../span-fields.ts";
import type { SpanContent } from "./content.ts";
import { contentRules } from "./content-rules.ts";
import type { AnyValue, KeyValue } from "./json.ts";
import { readContent } from "./read-content.ts";
import { readParameters } from "./read-parameters.ts";

function value(plain: unknown): AnyValue {
  if (typeof plain === "string") return { stringValue: plain };
  if (typeof plain === "number") return Number.isInteger(plain) ? { intValue: String(plain) } : { doubleValue: plain };
  if (Array.isArray(plain)) return { arrayValue: { values: plain.map(value) } };
  return { kvlistValue: { values: attributes(plain as Record<string, unknown>) } };
}

function attributes(plain: Record<string, unknown>): KeyValue[] {
  return Object.entries(plain).map(([key, one]) => ({ key, value: value(one) }));
}

interface Events {
  readonly events?: readonly (readonly [name: string, attributes: Record<string, unknown>])[];
  readonly logs?: readonly (readonly [name: string, body: unknown, attributes?: Record<string, unknown>])[];
}

function read(type: SpanType, plain: Record<string, unknown>, { events = [], logs = [] }: Events = {}): SpanContent {
  return readContent({
    type,
    attributes: attributes(plain),
    events: events.map(([name, own]) => ({ name, attributes: attributes(own) })),
    logs: logs.map(([eventName, body, own = {}]) => ({
      eventName,
      body: body === undefined ? {} : value(body),
      attributes: attributes(own),
    })),
  });
}

/** One line per message: `role: part | part`. */
function lines(messages: SpanContent["input"]): string[] {
  return messages.map(({ role, parts, finishReason }) => {
    const told = parts.map((part) => {
      if (part.type === "text") return part.text;
      if (part.type === "tool-call") return `${part.name}#${part.id}${part.arguments}`;
      if (part.type === "tool-result") return `#${part.id} → ${part.result}`;
      return part.type === "other" ? `[${part.label}]` : `(${part.text})`;
    });
    return `${role}: ${told.join(" | ")}${finishReason === undefined ? "" : ` (${finishReason})`}`;
  });
}

const json = JSON.stringify;

function searchResult(id: string, score: number): readonly [string, Record<string, unknown>] {
  return [
    "db.query.result",
    { "db.query.result.id": id, "db.query.result.score": score, "db.query.result.document": `text ${id}` },
  ];
}

describe("content is read as", () => {
  it("OpenTelemetry writes it now: JSON or structured, instructions first", () => {
    const output = [
      {
        role: "assistant",
        parts: [{ type: "tool_call", id: "2", name: "f", arguments: { a: 1 } }],
        finish_reason: "x",
      },
    ];
    const content = read("model", {
      "gen_ai.input.messages": json([
        { role: "user", parts: [{ type: "text", content: "hi" }] },
        { role: "tool", parts: [{ type: "tool_call_response", id: "1", response: "rain" }] },
      ]),
      "gen_ai.output.messages": output,
      "gen_ai.system_instructions": json([{ type: "text", content: "be brief" }]),
      "gen_ai.tool.definitions": json([{ type: "function", name: "f" }]),
    });
    assert.deepEqual(lines(content.input), ["system: be brief", "user: hi", "tool: #1 → rain"]);
    assert.deepEqual(lines(content.output), ['assistant: f#2{\n  "a": 1\n} (x)']);
    assert.deepEqual(
      content.toolDefinitions.map(({ name }) => name),
      ["f"],
    );
    assert.deepEqual(content.refused, []);
  });

  // opentelemetry-instrumentation-openai-v2 and @opentelemetry/instrumentation-openai: bodies of log records
  it("the events of conventions 1.26 to 1.36 have it, in log records", () => {
    const content = read(
      "model",
      {},
      {
        logs: [
          ["gen_ai.system.message", { content: "be brief" }],
          ["gen_ai.user.message", { content: "weather?" }],
          [
            "gen_ai.assistant.message",
            { tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: "{}" } }] },
          ],
          ["gen_ai.tool.message", { content: "rain", id: "c1", tool_call_id: "c1" }],
          ["gen_ai.choice", { index: 0, finish_reason: "stop", message: { role: "assistant", content: "Rain." } }],
          ["app.other", "not about it"],
        ],
      },
    );
    assert.deepEqual(lines(content.input), [
      "system: be brief",
      "user: weather?",
      "assistant: f#c1{}",
      "tool: #c1 → rain",
    ]);
    assert.deepEqual(lines(content.output), ["assistant: Rain. (stop)"]);
    assert.equal(content.readings.length, 5);
  });

  it("span events have it, message by message or whole", () => {
    const each = read(
      "model",
      {},
      {
        events: [
          ["gen_ai.user.message", { "gen_ai.system": "openai", content: "hi", role: "user" }],
          ["gen_ai.choice", { index: 0, finish_reason: "stop", message: json({ content: "ho" }) }],
        ],
      },
    );
    assert.deepEqual([...lines(each.input), ...lines(each.output)], ["user: hi", "assistant: ho (stop)"]);
    const details = read(
      "model",
      {},
      {
        events: [
          [
            "gen_ai.client.inference.operation.details",
            { "gen_ai.input.messages": json([{ role: "user", content: "hi" }]) },
          ],
        ],
      },
    );
    assert.deepEqual(lines(details.input), ["user: hi"]);
    const old = read(
      "model",
      {},
      { events: [["gen_ai.content.prompt", { "gen_ai.prompt": json([{ role: "user", content: "hi" }]) }]] },
    );
    assert.deepEqual(lines(old.input), ["user: hi"]);
  });

  // opentelemetry-instrumentation-openai 0.4x, @traceloop/instrumentation-openai
  it("OpenLLMetry flattens it", () => {
    const content = read("model", {
      "gen_ai.prompt.0.role": "system",
      "gen_ai.prompt.0.content": "be brief",
      "gen_ai.prompt.10.role": "user",
      "gen_ai.prompt.10.content": "last",
      "gen_ai.prompt.2.role": "user",
      "gen_ai.prompt.2.content": json([
        { type: "text", text: "weather?" },
        { type: "image_url", image_url: { url: "x" } },
      ]),
      "gen_ai.prompt.3.role": "tool",
      "gen_ai.prompt.3.content": "rain",
      "gen_ai.prompt.3.tool_call_id": "c1",
      "gen_ai.completion.0.role": "assistant",
      "gen_ai.completion.0.finish_reason": "tool_calls",
      "gen_ai.completion.0.tool_calls.0.id": "c2",
      "gen_ai.completion.0.tool_calls.0.name": "f",
      "gen_ai.completion.0.tool_calls.0.arguments": '{"a":1}',
      "llm.request.functions.0.name": "f",
      "llm.request.functions.0.description": "does",
    });
    assert.deepEqual(lines(content.input), [
      "system: be brief",
      "user: weather? | [image_url]",
      "tool: #c1 → rain",
      "user: last",
    ]);
    assert.deepEqual(lines(content.output), ['assistant: f#c2{"a":1} (tool_calls)']);
    assert.deepEqual(
      content.toolDefinitions.map(({ name }) => name),
      ["f"],
    );
    assert.deepEqual(content.readings[0], { facet: "input", dialect: "OpenLLMetry", key: "gen_ai.prompt.*" });
  });

  // openinference-instrumentation-openai
  it("OpenInference flattens it, in wrappers of its own", () => {
    const content = read("model", {
      "llm.input_messages.0.message.role": "user",
      "llm.input_messages.0.message.contents.0.message_content.type": "text",
      "llm.input_messages.0.message.contents.0.message_content.text": "hi",
      "llm.input_messages.1.message.role": "tool",
      "llm.input_messages.1.message.tool_call_id": "c1",
      "llm.input_messages.1.message.content": "rain",
      "llm.output_messages.0.message.role": "assistant",
      "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c2",
      "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "f",
      "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": "{}",
      "llm.tools.0.tool.json_schema": json({ type: "function", function: { name: "f" } }),
      "input.value": "hi",
    });
    assert.deepEqual(lines(content.input), ["user: hi", "tool: #c1 → rain"]);
    assert.deepEqual(lines(content.output), ["assistant: f#c2{}"]);
    assert.equal(content.toolDefinitions[0]?.name, "f");
    assert.deepEqual(content.passedOver, [{ facet: "input", dialect: "OpenInference", key: "input.value" }]);
  });

  it("OpenInference has documents and tools", () => {
    const retrieval = read("retrieval", {
      "input.value": "how?",
      "retrieval.documents.0.document.id": "a",
      "retrieval.documents.0.document.score": 0.9,
      "retrieval.documents.0.document.content": "one",
      "retrieval.documents.0.document.metadata": json({ title: "Book", page: 3 }),
      "retrieval.documents.1.document.content": "two",
    });
    assert.equal(retrieval.query, "how?");
    assert.deepEqual(retrieval.documents, [
      { id: "a", score: 0.9, content: "one", title: "Book", metadata: '{"title":"Book","page":3}' },
      { content: "two" },
    ]);
    const tool = read("tool", { "tool.name": "web", "input.value": '{"q":1}', "output.value": "found" });
    assert.deepEqual([tool.tool?.name, tool.tool?.arguments, tool.tool?.result], ["web", '{"q":1}', "found"]);
    assert.deepEqual(tool.input, []);
  });

  // ai 4 to 6: ai.generateText and its doGenerate, ai.toolCall
  it("the Vercel AI SDK writes it", () => {
    const inner = read("model", {
      "ai.prompt.messages": json([
        { role: "system", content: "be brief" },
        { role: "user", content: [{ type: "text", text: "weather?" }] },
        { role: "assistant", content: [{ type: "tool-call", toolCallId: "c1", toolName: "f", input: { a: 1 } }] },
        {
          role: "tool",
          content: [{ type: "tool-result", toolCallId: "c1", toolName: "f", output: { type: "text", value: "rain" } }],
        },
      ]),
      "ai.response.text": "[Rain]",
      "ai.response.toolCalls": json([{ toolCallType: "function", toolCallId: "c2", toolName: "g", args: "{}" }]),
      "ai.prompt.tools": [json({ type: "function", name: "f" })],
    });
    assert.deepEqual(lines(inner.input), [
      "system: be brief",
      "user: weather?",
      'assistant: f#c1{\n  "a": 1\n}',
      "tool: #c1 → rain",
    ]);
    assert.deepEqual(lines(inner.output), ["assistant: [Rain] | g#c2{}"]);
    assert.equal(inner.toolDefinitions[0]?.name, "f");
    const outer = read("model", { "ai.prompt": json({ system: "be brief", prompt: "weather?" }) });
    assert.deepEqual(lines(outer.input), ["system: be brief", "user: weather?"]);
    const tool = read("tool", {
      "ai.toolCall.name": "f",
      "ai.toolCall.args": '{"a":1}',
      "ai.toolCall.result": '"rain"',
    });
    assert.deepEqual([tool.tool?.name, tool.tool?.arguments, tool.tool?.result], ["f", '{"a":1}', '"rain"']);
  });

  it("Langfuse, MLflow and Traceloop record the input and output of whole functions", () => {
    const chat = json([{ role: "user", content: "hi" }]);
    for (const [input, output] of [
      ["langfuse.observation.input", "langfuse.observation.output"],
      ["mlflow.spanInputs", "mlflow.spanOutputs"],
      ["traceloop.entity.input", "traceloop.entity.output"],
      ["input.value", "output.value"],
    ] as const) {
      const content = read("workflow", {
        [input]: input.startsWith("mlflow") ? json({ model: "m", messages: JSON.parse(chat) }) : chat,
        [output]: json({ choices: [{ finish_reason: "stop", message: { role: "assistant", content: "ho" } }] }),
      });
      assert.deepEqual(
        [...lines(content.input), ...lines(content.output)],
        ["user: hi", "assistant: ho (stop)"],
        input,
      );
      const tool = read("tool", { [input]: '{"a":1}', [output]: "done" });
      assert.deepEqual([tool.tool?.arguments, tool.tool?.result], ['{"a":1}', "done"], input);
    }
  });

  // pydantic-ai 1, logfire
  it("Pydantic AI writes it", () => {
    const content = read("agent", {
      "pydantic_ai.all_messages": json([
        { role: "user", parts: [{ type: "text", content: "hi" }] },
        {
          role: "assistant",
          parts: [
            { type: "thinking", content: "hm" },
            { type: "text", content: "ho" },
          ],
        },
      ]),
      final_result: "ho",
    });
    assert.deepEqual(lines(content.input), ["user: hi", "assistant: (hm) | ho"]);
    assert.deepEqual(lines(content.output), ["assistant: ho"]);
    const events = read("model", {
      events: json([
        { "event.name": "gen_ai.user.message", role: "user", content: "hi" },
        { "event.name": "gen_ai.choice", index: 0, message: { role: "assistant", content: "ho" } },
      ]),
    });
    assert.deepEqual(lines(events.input), ["user: hi", "assistant: ho"]);
  });

  it("LangChain serialises its classes, and LangSmith exports whole answers", () => {
    const content = read("model", {
      "gen_ai.prompt": json({
        messages: [
          [{ lc: 1, type: "constructor", id: ["langchain", "schema", "HumanMessage"], kwargs: { content: "hi" } }],
        ],
      }),
      "gen_ai.completion": json({
        generations: [[{ text: "ho", message: { lc: 1, id: ["x", "AIMessage"], kwargs: { content: "ho" } } }]],
      }),
    });
    assert.deepEqual([...lines(content.input), ...lines(content.output)], ["user: hi", "assistant: ho"]);
  });

  it("OpenLLMetry records the results of a vector search as events", () => {
    const content = read("retrieval", {}, { events: [searchResult("a", 0.5), searchResult("b", 0.25)] });
    assert.deepEqual(content.documents, [
      { id: "a", score: 0.5, content: "text a" },
      { id: "b", score: 0.25, content: "text b" },
    ]);
  });
});

describe("reading content", () => {
  it("refuses by name what should be JSON and is not, and reads the rest", () => {
    const content = read("model", {
      "gen_ai.input.messages": "[cut off",
      "gen_ai.output.messages": json([{ role: "assistant", parts: [{ type: "blob", mime_type: "image/png" }] }]),
    });
    assert.deepEqual(content.refused, ["gen_ai.input.messages"]);
    assert.deepEqual(lines(content.output), ["assistant: [blob]"]);
  });

  it("takes keys for names, whatever they are called, and indexes for an order, however large", () => {
    const content = read("model", {
      "gen_ai.prompt.999999999.content": "far",
      "gen_ai.prompt.0.__proto__": "own",
      "gen_ai.prompt.0.constructor.prototype.role": "x",
      "gen_ai.prompt.0.content": "near",
      "gen_ai.prompt.one.content": "no index",
    });
    assert.deepEqual(lines(content.input), ["user: near", "user: far"]);
    assert.equal(({} as { role?: string }).role, undefined);
  });

  it("never throws, whatever the attributes of any dialect hold", () => {
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    assert.ok(read("model", { "gen_ai.input.messages": deep, "ai.prompt.messages": deep }).input.length >= 0);
    const texts = fc.oneof(fc.string(), fc.json(), fc.constant(deep.slice(0, 400)), fc.integer(), fc.double());
    const keys = contentRules.map(({ key }) => (key.endsWith(".*") ? `${key.slice(0, -1)}0.content` : key));
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...keys), texts),
        fc.constantFrom("model", "tool", "retrieval"),
        (plain, type) => {
          const content = read(type, plain, {
            events: [["gen_ai.choice", plain]],
            logs: [["gen_ai.user.message", plain]],
          });
          for (const message of [...content.input, ...content.output]) {
            assert.equal(typeof message.role, "string");
            for (const part of message.parts)
              assert.ok("text" in part || "json" in part || "arguments" in part || "result" in part);
          }
        },
      ),
    );
  });

  it("tells settings of three dialects, each once", () => {
    assert.deepEqual(
      readParameters(
        attributes({
          "gen_ai.request.model": "m",
          "gen_ai.request.temperature": 0.5,
          "ai.settings.maxOutputTokens": 5,
          "llm.invocation_parameters": json({ temperature: 1, top_p: 0.9 }),
        }),
      ),
      [
        { name: "temperature", text: "0.5" },
        { name: "maxOutputTokens", text: "5" },
        { name: "top_p", text: "0.9" },
      ],
    );
  });
});
