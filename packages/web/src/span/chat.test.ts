import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContentMessage } from "@genscope/semconv";
import { foldedRange, pairToolResults } from "./chat.ts";

const call = (id: string, name: string): ContentMessage["parts"][number] => ({
  type: "tool-call",
  id,
  name,
  arguments: "{}",
});
const result = (id: string, text: string): ContentMessage["parts"][number] => ({
  type: "tool-result",
  id,
  name: "",
  result: text,
});

test("a result stands with its call and its own message goes", () => {
  const paired = pairToolResults([
    { role: "user", parts: [{ type: "text", text: "weather?" }] },
    { role: "assistant", parts: [call("1", "weather"), call("2", "time")] },
    { role: "tool", parts: [result("2", "noon"), result("1", "rain")] },
  ]);
  assert.equal(paired.length, 2);
  assert.deepEqual(
    paired[1]?.parts.map((part) => part.answer),
    ["rain", "noon"],
  );
});

test("a result nobody asked for is kept, and so is a second, different one", () => {
  const paired = pairToolResults([
    { role: "assistant", parts: [call("1", "a")] },
    { role: "tool", parts: [result("1", "x"), result("1", "y"), result("9", "z")] },
  ]);
  assert.deepEqual(paired[1]?.parts, [result("1", "y"), result("9", "z")]);
});

test("calls and results without an id are not taken for each other's", () => {
  const messages: ContentMessage[] = [
    { role: "assistant", parts: [call("", "a")] },
    { role: "tool", parts: [result("", "x")] },
  ];
  assert.deepEqual(pairToolResults(messages), messages);
});

test("an empty message stays; it says the model said nothing", () => {
  assert.equal(pairToolResults([{ role: "assistant", parts: [] }]).length, 1);
});

test("long histories fold in the middle", () => {
  assert.equal(foldedRange(6, 6), undefined);
  assert.deepEqual(foldedRange(10, 6), { from: 1, to: 6 });
});
