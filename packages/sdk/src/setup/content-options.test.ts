import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Content } from "@genscope/instrumentation";
import { contentOptions } from "./content-options.ts";

const messages = [
  { role: "user", parts: [{ type: "text", content: "write to jo@example.org" }] },
  {
    role: "assistant",
    parts: [{ type: "tool_call", id: "c1", name: "send", arguments: { to: "jo@example.org", times: 2 } }],
  },
];

function content(value: unknown): Content {
  return { attribute: "gen_ai.input.messages", value, operation: "chat" };
}

describe("content options", () => {
  it("mask with every detector, with some, or with a function", () => {
    const text = "write to jo@example.org";
    assert.equal(contentOptions({}, {}).mask, undefined);
    assert.equal(contentOptions({}, { GENSCOPE_MASK: "true" }).mask?.(text), "write to [EMAIL]");
    assert.equal(contentOptions({ mask: true }).mask?.(text), "write to [EMAIL]");
    assert.equal(contentOptions({ mask: { detectors: ["card"] } }).mask?.(text), text);
    assert.equal(contentOptions({ mask: () => "x" }).mask?.(text), "x");
  });

  it("send hashes in place of texts, equal ones for equal texts, and leave the structure", () => {
    const { onContent, mask } = contentOptions({ hashOnly: { key: "0123456789abcdef" } });
    const once = JSON.stringify(onContent?.(content(messages)));
    const [user, assistant] = JSON.parse(once) as [
      { role: string; parts: [{ type: string; content: string }] },
      { parts: [{ id: string; name: string; arguments: { to: string; times: number } }] },
    ];
    assert.equal(user.role, "user");
    assert.match(user.parts[0].content, /^hmac-sha256:[\w-]{43}$/);
    assert.deepEqual(
      [assistant.parts[0].id, assistant.parts[0].name, assistant.parts[0].arguments.times],
      ["c1", "send", 2],
    );
    assert.ok(!once.includes("jo@example.org"));
    assert.equal(JSON.stringify(onContent?.(content(messages))), once);
    const other = contentOptions({ hashOnly: { key: "another key of 16" } });
    assert.notEqual(JSON.stringify(other.onContent?.(content(messages))), once);
    // what quotes content elsewhere, as errors do, is masked
    assert.equal(mask?.("no jo@example.org"), "no [EMAIL]");
  });

  it("hash what the application's own hook lets through", () => {
    const { onContent } = contentOptions({ hashOnly: { key: "0123456789abcdef" }, onContent: () => undefined });
    assert.equal(onContent?.(content(messages)), undefined);
  });

  it("refuse a key that can be guessed", () => {
    assert.throws(() => contentOptions({ hashOnly: { key: "short" } }), /at least 16 bytes/);
  });
});
