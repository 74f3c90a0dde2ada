/**
 * Fixtures after `opentelemetry-instrumentation-openai-v2` (Python, util-genai 1.2b0, conventions 1.37+), its 1.26 and 1.28 releases,
 * `@opentelemetry/instrumentation-openai` 0.22 (log records of 1.36; details events that carry one side each) and Strands
 * Agents 1.x (messages as span events whose content is JSON).
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readSpanContent } from "./read-span-content.ts";
import { aSpan, type Plain } from "./spans.fixture.ts";

const roles = (messages: readonly { role: string }[]): string[] => messages.map(({ role }) => role);
const details = (attributes: Record<string, Plain>) => ({
  logs: [{ eventName: "genscope.step.details", attributes }],
});

describe("OpenTelemetry GenAI 1.37 and later", () => {
  it("reads instructions first, parts by their type, and the tools offered", () => {
    const content = readSpanContent(
      aSpan("model", {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "gpt-5",
        "gen_ai.request.temperature": 0.2,
        "gen_ai.system_instructions": JSON.stringify([{ type: "text", content: "be brief" }]),
        "gen_ai.input.messages": JSON.stringify([
          { role: "user", parts: [{ type: "text", content: "weather?" }] },
          { role: "assistant", parts: [{ type: "tool_call", id: "c1", name: "weather", arguments: { city: "Oslo" } }] },
          { role: "tool", parts: [{ type: "tool_call_response", id: "c1", response: { rain: true } }] },
        ]),
        "gen_ai.output.messages": JSON.stringify([
          {
            role: "assistant",
            finish_reason: "stop",
            parts: [
              { type: "reasoning", content: "hm" },
              { type: "text", content: "Rain." },
            ],
          },
        ]),
        "gen_ai.tool.definitions": JSON.stringify([{ type: "function", name: "weather" }]),
        "gen_ai.usage.input_tokens": 21,
      }),
    );
    assert.deepEqual(roles(content.input), ["system", "user", "assistant", "tool"]);
    assert.deepEqual(content.input[2]?.parts[0], {
      type: "tool-call",
      id: "c1",
      name: "weather",
      arguments: '{\n  "city": "Oslo"\n}',
    });
    assert.deepEqual(
      content.output[0]?.parts.map(({ type }) => type),
      ["reasoning", "text"],
    );
    assert.equal(content.output[0]?.finishReason, "stop");
    assert.equal(content.toolDefinitions[0]?.name, "weather");
    assert.deepEqual(content.parameters, [{ key: "temperature", text: "0.2" }]);
    assert.equal(content.usage.get("inputTokens"), 21);
    assert.deepEqual(content.reading.ignored, []);
  });

  it("reads structured attributes, and both sides from details events that carry one each", () => {
    const event = "gen_ai.client.inference.operation.details";
    const content = readSpanContent(
      aSpan(
        "model",
        {},
        {
          logs: [
            {
              eventName: event,
              attributes: { "gen_ai.input.messages": [{ role: "user", parts: [{ type: "text", content: "hi" }] }] },
            },
            {
              attributes: {
                "event.name": event,
                "gen_ai.output.messages": [{ role: "assistant", parts: [{ type: "text", content: "ho" }] }],
              },
            },
          ],
        },
      ),
    );
    assert.deepEqual(content.input, [{ role: "user", parts: [{ type: "text", text: "hi" }] }]);
    assert.deepEqual(content.output, [{ role: "assistant", parts: [{ type: "text", text: "ho" }] }]);
    assert.deepEqual(
      content.reading.mapped.map(({ from }) => from),
      ["log", "log"],
    );
  });

  it("reads retrieval and a tool's call", () => {
    const retrieval = readSpanContent(
      aSpan("retrieval", {
        "gen_ai.retrieval.query.text": "how?",
        "gen_ai.retrieval.documents": JSON.stringify([
          { id: "a", score: 0.9, content: "one", page: 3 },
          { id: 7, score: "0.5", text: "two" },
          "three",
        ]),
      }),
    );
    assert.equal(retrieval.query, "how?");
    assert.deepEqual(retrieval.documents, [
      { id: "a", score: 0.9, content: "one", metadata: '{\n  "page": 3\n}' },
      { id: "7", score: 0.5, content: "two" },
      { content: "three" },
    ]);
    const tool = readSpanContent(
      aSpan("tool", {
        "gen_ai.tool.name": "web",
        "gen_ai.tool.call.id": "c1",
        "gen_ai.tool.call.arguments": '{"q":1}',
      }),
    );
    assert.deepEqual(tool.tool, {
      name: "web",
      id: "c1",
      description: undefined,
      arguments: '{"q":1}',
      result: undefined,
    });
  });

  it("reads what was captured as an event beside a step that is no inference", () => {
    const called = { "gen_ai.tool.call.arguments": { city: "Oslo" }, "gen_ai.tool.call.result": "rain" };
    const { tool } = readSpanContent(aSpan("tool", { "gen_ai.tool.name": "weather" }, details(called)));
    assert.equal(tool?.name, "weather");
    assert.equal(tool.arguments, '{\n  "city": "Oslo"\n}');
    assert.equal(tool.result, "rain");
    const found = {
      "gen_ai.retrieval.query.text": "how?",
      "gen_ai.retrieval.documents": [{ id: "a", content: "one" }],
    };
    const retrieval = readSpanContent(aSpan("retrieval", {}, details(found)));
    assert.equal(retrieval.query, "how?");
    assert.deepEqual(retrieval.documents, [{ id: "a", content: "one" }]);
    const passed = { "genscope.input": "question", "genscope.output": { answer: 42 } };
    const task = readSpanContent(aSpan("workflow", { "genscope.feature": "search" }, details(passed)));
    assert.deepEqual(task.value, { input: "question", output: '{\n  "answer": 42\n}' });
    assert.deepEqual(task.reading.ignored, []);
  });
});

describe("OpenTelemetry GenAI events before 1.37", () => {
  it("reads log records in order, with calls and results", () => {
    const call = { id: "c1", type: "function", function: { name: "weather", arguments: '{"city":"Oslo"}' } };
    const content = readSpanContent(
      aSpan(
        "model",
        { "gen_ai.system": "openai" },
        {
          logs: [
            { eventName: "gen_ai.system.message", body: { content: "be brief" } },
            { eventName: "gen_ai.user.message", body: { content: "weather?" } },
            { eventName: "gen_ai.assistant.message", body: { tool_calls: [call] } },
            { eventName: "gen_ai.tool.message", body: { id: "c1", content: "rain" } },
            { eventName: "app.note", body: "another log" },
            {
              eventName: "gen_ai.choice",
              body: { index: 0, finish_reason: "stop", message: { role: "assistant", content: "Rain." } },
            },
          ],
        },
      ),
    );
    assert.deepEqual(roles(content.input), ["system", "user", "assistant", "tool"]);
    assert.deepEqual(content.input[2]?.parts, [
      { type: "tool-call", id: "c1", name: "weather", arguments: '{"city":"Oslo"}' },
    ]);
    assert.deepEqual(content.input[3]?.parts, [{ type: "tool-result", id: "c1", name: "", result: "rain" }]);
    assert.deepEqual(content.output, [
      { finishReason: "stop", role: "assistant", parts: [{ type: "text", text: "Rain." }] },
    ]);
    assert.ok(content.reading.mapped.some(({ key, from }) => key === "gen_ai.choice" && from === "log"));
  });

  it("reads span events, their message in attributes or in one of them as JSON", () => {
    const content = readSpanContent(
      aSpan(
        "model",
        {},
        {
          events: [
            { name: "gen_ai.user.message", attributes: { content: '[{"text":"hi"}]' } },
            { name: "gen_ai.choice", attributes: { finish_reason: "end_turn", message: '[{"text":"ho"}]' } },
            { name: "gen_ai.assistant.message", attributes: { "gen_ai.event.content": '{"content":"earlier"}' } },
          ],
        },
      ),
    );
    assert.deepEqual(content.input, [
      { role: "user", parts: [{ type: "text", text: "hi" }] },
      { role: "assistant", parts: [{ type: "text", text: "earlier" }] },
    ]);
    assert.equal(content.output[0]?.finishReason, "end_turn");
    assert.deepEqual(content.output[0]?.parts, [{ type: "text", text: "ho" }]);
  });

  it("reads 1.26: whole prompts on content events", () => {
    const content = readSpanContent(
      aSpan(
        "model",
        {},
        {
          events: [
            { name: "gen_ai.content.prompt", attributes: { "gen_ai.prompt": '[{"role":"user","content":"hi"}]' } },
            {
              name: "gen_ai.content.completion",
              attributes: { "gen_ai.completion": '[{"role":"assistant","content":"ho"}]' },
            },
          ],
        },
      ),
    );
    assert.deepEqual(roles([...content.input, ...content.output]), ["user", "assistant"]);
  });

  it("believes the attributes where events repeat them, and tells so", () => {
    const content = readSpanContent(
      aSpan(
        "model",
        { "gen_ai.input.messages": '[{"role":"user","parts":[]}]' },
        { events: [{ name: "gen_ai.user.message", attributes: { content: "hi" } }] },
      ),
    );
    assert.equal(content.input.length, 1);
    assert.deepEqual(content.reading.ignored, [
      {
        key: "gen_ai.user.message",
        count: 1,
        dialect: "gen-ai-events",
        reason: "superseded",
        by: "gen_ai.input.messages",
      },
    ]);
  });
});
