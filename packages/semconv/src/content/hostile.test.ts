import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { spanTypes } from "../span-fields.ts";
import { contentRules, messageEvents } from "./content-rules.ts";
import { readSpanContent } from "./read-span-content.ts";
import { aSpan } from "./spans.fixture.ts";
import type { Plain } from "./spans.fixture.ts";
import { unflatten } from "./unflatten.ts";

const segment = fc.constantFrom(
  "0",
  "1",
  "999999999",
  "message",
  "content",
  "tool_calls",
  "role",
  "__proto__",
  "constructor",
  "",
);
const key = fc.oneof(
  fc.constantFrom(...contentRules.map((rule) => rule.key), ...contentRules.flatMap(({ when }) => when ?? [])),
  fc
    .tuple(
      fc.constantFrom(...contentRules.flatMap((rule) => (rule.form === undefined ? [] : [rule.key]))),
      fc.array(segment, { minLength: 1, maxLength: 5 }),
    )
    .map(([prefix, segments]) => prefix + segments.join(".")),
);
/** Shapes near those that are read, with the wrong things in the right places. */
const { value } = fc.letrec<{ value: Plain; map: Plain }>((tie) => ({
  map: fc.dictionary(
    fc.constantFrom(
      "role",
      "type",
      "content",
      "parts",
      "messages",
      "message",
      "choices",
      "kwargs",
      "id",
      "tool_calls",
      "function",
      "input",
      "output",
      "document",
      "metadata",
      "score",
      "__proto__",
      "constructor",
    ),
    tie("value"),
    { maxKeys: 5 },
  ),
  value: fc.oneof(
    { depthSize: "small" },
    fc.string(),
    fc.constantFrom(
      "assistant",
      "tool",
      "text",
      "tool_call",
      "function_call_output",
      "constructor",
      "__proto__",
      "[{",
      '{"',
    ),
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    tie("map"),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("map").map((map) => JSON.stringify(map)),
  ),
}));
const attributes: fc.Arbitrary<Record<string, Plain>> = fc.dictionary(key, value, { maxKeys: 8 });

describe("content nobody should send", () => {
  it("never throws, and accounts for every key of a content rule", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...spanTypes),
        attributes,
        fc.array(fc.record({ eventName: fc.constantFrom(...messageEvents.keys()), body: value, attributes }), {
          maxLength: 3,
        }),
        (type, told, logs) => {
          const content = readSpanContent(aSpan(type, told, { logs }));
          assert.doesNotThrow(() => JSON.stringify(content));
          for (const message of [...content.input, ...content.output]) assert.equal(typeof message.role, "string");
          for (const { key: mapped } of content.reading.mapped) {
            assert.ok(!content.reading.ignored.some((one) => one.key === mapped && one.reason === "unknown"), mapped);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  it("takes an index for a name: a list of one", () => {
    const content = readSpanContent(aSpan("model", { "gen_ai.prompt.999999999.content": "hi" }));
    assert.deepEqual(content.input, [{ role: "user", parts: [{ type: "text", text: "hi" }] }]);
    assert.deepEqual(
      unflatten([
        ["5.a", 1],
        ["0.a", 0],
        ["5", 2],
      ]),
      [{ a: 0 }, { a: 1 }],
    );
  });

  it("keeps prototypes out of it", () => {
    const content = readSpanContent(
      aSpan("model", {
        "gen_ai.prompt.0.__proto__.polluted": "yes",
        "gen_ai.prompt.0.content": "hi",
        "gen_ai.output.messages": '[{"__proto__":{"role":"system"},"content":"ho"}]',
      }),
    );
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
    assert.equal(content.output[0]?.role, "assistant");
  });

  it("shows what was cut off as it came, unless another key tells the same", () => {
    const cut = '[{"role":"user","parts":[{"type":"te';
    const alone = readSpanContent(aSpan("model", { "gen_ai.input.messages": cut }));
    assert.deepEqual(alone.input, [{ role: "user", parts: [{ type: "text", text: cut }] }]);
    assert.deepEqual(
      alone.reading.ignored.map(({ key: ignored, reason }) => [ignored, reason]),
      [["gen_ai.input.messages", "malformed"]],
    );
    const both = readSpanContent(
      aSpan("model", { "gen_ai.input.messages": cut, "llm.input_messages.0.message.content": "whole" }),
    );
    assert.deepEqual(both.input[0]?.parts, [{ type: "text", text: "whole" }]);
  });

  it("survives nesting deeper than the stack, as JSON and as keys", () => {
    const deep = "[".repeat(20_000) + "]".repeat(20_000);
    for (const rule of contentRules) {
      if (rule.form === undefined) readSpanContent(aSpan("workflow", { [rule.key]: deep, "langsmith.span.kind": "x" }));
    }
    const keys = Object.fromEntries([
      ["gen_ai.prompt.0.content", "hi"],
      [`gen_ai.prompt.0${".0".repeat(50_000)}`, "x"],
    ]);
    assert.equal(readSpanContent(aSpan("model", keys)).input.length, 1);
  });

  it("reads ten thousand indexed messages and keeps their order", () => {
    const many = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, i) => [`gen_ai.prompt.${9_999 - i}.content`, String(9_999 - i)]),
    );
    const { input } = readSpanContent(aSpan("model", many));
    assert.equal(input.length, 10_000);
    assert.ok(input.every(({ parts }, i) => parts[0]?.type === "text" && parts[0].text === String(i)));
  });
});
