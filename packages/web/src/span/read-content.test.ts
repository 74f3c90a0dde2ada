import assert from "node:assert/strict";
import { test } from "node:test";
import { readContent } from "./read-content.ts";

const text = (key: string, value: unknown): { key: string; value: { stringValue: string } } => ({
  key,
  value: { stringValue: typeof value === "string" ? value : JSON.stringify(value) },
});

test("messages are read with instructions first, calls and results by id", () => {
  const content = readContent(
    [
      text("gen_ai.input.messages", [
        { role: "user", parts: [{ type: "text", content: "hi" }] },
        { role: "tool", parts: [{ type: "tool_call_response", id: "1", response: { rain: true } }] },
      ]),
      text("gen_ai.output.messages", [
        {
          role: "assistant",
          finish_reason: "tool_calls",
          parts: [
            { type: "reasoning", content: "hm" },
            { type: "tool_call", id: "2", name: "f", arguments: { a: 1 } },
          ],
        },
      ]),
      text("gen_ai.system_instructions", [{ type: "text", content: "be brief" }]),
    ],
    [],
  );
  assert.deepEqual(
    content.input.map((message) => message.role),
    ["system", "user", "tool"],
  );
  assert.deepEqual(content.input[2]?.parts[0], {
    type: "tool-result",
    id: "1",
    name: "",
    result: '{\n  "rain": true\n}',
  });
  assert.equal(content.output[0]?.finishReason, "tool_calls");
  assert.deepEqual(
    content.output[0]?.parts.map((part) => part.type),
    ["reasoning", "tool-call"],
  );
  assert.deepEqual(content.keysRead, ["gen_ai.system_instructions", "gen_ai.input.messages", "gen_ai.output.messages"]);
});

test("messages may be structured attributes, and may stand on an event", () => {
  const message = {
    kvlistValue: {
      values: [
        { key: "role", value: { stringValue: "user" } },
        { key: "content", value: { stringValue: "plain" } },
      ],
    },
  };
  const attributes = [{ key: "gen_ai.input.messages", value: { arrayValue: { values: [message] } } }];
  const content = readContent([], [{ name: "gen_ai.client.inference.operation.details", attributes }]);
  assert.deepEqual(content.input, [{ role: "user", parts: [{ type: "text", text: "plain" }] }]);
});

test("content that is no JSON is told as not read, and unknown parts are shown as they are", () => {
  const content = readContent(
    [
      text("gen_ai.input.messages", "[cut off"),
      text("gen_ai.output.messages", [{ role: "assistant", parts: [{ type: "blob", mime: "image/png" }] }]),
    ],
    [],
  );
  assert.deepEqual(content.keysRefused, ["gen_ai.input.messages"]);
  assert.equal(content.output[0]?.parts[0]?.type, "other");
});

test("documents keep rank, score and whatever else they carry", () => {
  const content = readContent(
    [
      text("gen_ai.retrieval.query.text", "how?"),
      text("gen_ai.retrieval.documents", [
        { id: "a", score: 0.9, content: "one", page: 3 },
        { id: 7, score: "0.5", text: "two" },
        "three",
      ]),
    ],
    [],
  );
  assert.equal(content.query, "how?");
  assert.deepEqual(content.documents, [
    { id: "a", score: 0.9, content: "one", metadata: '{"page":3}' },
    { id: "7", score: 0.5, content: "two" },
    { content: "three" },
  ]);
});

test("a tool span tells its arguments and its result", () => {
  const content = readContent(
    [text("gen_ai.tool.name", "web"), text("gen_ai.tool.call.arguments", { q: 1 }), text("gen_ai.request.top_p", "1")],
    [],
  );
  assert.deepEqual(content.tool, {
    name: "web",
    id: "",
    description: undefined,
    arguments: '{"q":1}',
    result: undefined,
  });
  assert.deepEqual(
    content.parameters.map((parameter) => parameter.key),
    ["top_p"],
  );
});
