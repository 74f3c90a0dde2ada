import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { contentModeFromEnv } from "./content-mode.ts";
import { createContentPolicy, textOf } from "./content-policy.ts";
import { fits } from "./fits.ts";
import { mediaPart } from "./media.ts";
import { truncateText } from "./truncate.ts";

const upstream = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";
const short = "OTEL_GENAI_CAPTURE_MESSAGE_CONTENT";

describe("the variables of content capture", () => {
  for (const [value, mode] of [
    ["NO_CONTENT", "none"],
    ["SPAN_ONLY", "spans"],
    ["EVENT_ONLY", "events"],
    ["SPAN_AND_EVENT", "both"],
    ["span_and_event", "both"],
    ["true", "events"],
    ["false", "none"],
    ["none", "none"],
    ["events", "events"],
    ["spans", "spans"],
    ["both", "both"],
    ["constructor", "none"],
    ["yes please", "none"],
  ] as const) {
    it(`${value} is ${mode}`, () => {
      assert.equal(contentModeFromEnv({ [upstream]: value }), mode);
      assert.equal(contentModeFromEnv({ [short]: value }), mode);
    });
  }

  it("capture nothing when unset or empty, and the short one goes first", () => {
    assert.equal(contentModeFromEnv({}), undefined);
    assert.equal(contentModeFromEnv({ [short]: " ", [upstream]: "" }), undefined);
    assert.equal(contentModeFromEnv({ [short]: "none", [upstream]: "both" }), "none");
  });
});

describe("a content policy", () => {
  const content = { attribute: "gen_ai.input.messages", value: ["x"], operation: "chat" } as const;

  it("captures nothing by default; what the code says goes before the environment", () => {
    assert.deepEqual(createContentPolicy({}, {}).mode, { events: false, spans: false });
    assert.deepEqual(createContentPolicy({ capture: "none" }, { [short]: "both" }).mode, {
      events: false,
      spans: false,
    });
  });

  it("sends the details event without content where that is asked for, and not where it is refused", () => {
    const emit = "OTEL_INSTRUMENTATION_GENAI_EMIT_EVENT";
    assert.equal(createContentPolicy({}, { [emit]: "true" }).emitEvent, true);
    assert.equal(createContentPolicy({ capture: "events" }, { [emit]: "false" }).emitEvent, false);
    assert.equal(createContentPolicy({ capture: "events" }, {}).emitEvent, true);
  });

  it("drops content whose hook throws or refuses", () => {
    const broken = createContentPolicy(
      {
        onContent: () => {
          throw new Error("x");
        },
      },
      {},
    );
    assert.equal(broken.release(content), undefined);
    assert.equal(createContentPolicy({ onContent: () => undefined }, {}).release(content), undefined);
    assert.equal(createContentPolicy({ onContent: () => "rewritten" }, {}).release(content), "rewritten");
  });

  it("masks before it cuts, so that no half of a secret is left", () => {
    const secret = `${"a".repeat(40)}sk-1234567890`;
    const policy = createContentPolicy({ maxChars: 45, mask: (text) => text.replaceAll(/sk-\d{10}/gu, "[key]") }, {});
    assert.equal(policy.release({ ...content, value: secret }), `${"a".repeat(40)}[key]`);
  });
});

describe("content as text", () => {
  const content = { attribute: "gen_ai.input.messages", operation: "chat" } as const;
  const circular: Record<string, unknown> = { name: "x" };
  circular["self"] = [circular, circular];
  const nested = (depth: number): unknown => (depth === 0 ? "deep" : [nested(depth - 1)]);
  const unreadable = Object.defineProperty({ a: 1 }, "b", { enumerable: true, get: () => assert.fail("read") });
  const values: Readonly<Record<string, unknown>> = {
    text: "a text",
    messages: [{ role: "user", parts: [{ type: "text", content: 'a "text"\n' }] }],
    scalars: [1, Number.NaN, -0, true, null, undefined, { gone: undefined, kept: null }],
    "a long text": ["a".repeat(50), "b".repeat(51)],
    "many texts": Array.from({ length: 99 }, () => "word"),
    "many numbers": Array.from({ length: 200 }, (_, index) => index),
    "no JSON": { big: 1n, run: nested, symbol: Symbol("s"), date: new Date(0), no: new Date(Number.NaN) },
    collections: { map: new Map([["a", new Set([1])]]), bytes: new Uint8Array(3), error: new TypeError("x") },
    "what says itself what it is": [{ toJSON: () => ({ said: "so" }) }, new URL("https://example.com")],
    "an object of a class": new (class Thing {
      readonly kind = "thing";
    })(),
    "an object of none": Object.assign(Object.create(null) as object, { a: "b" }),
    circular,
    "deep as allowed": nested(63),
    "too deep": nested(64),
    unreadable: [{ a: "b" }, unreadable],
  };

  for (const [name, value] of Object.entries(values)) {
    for (const mask of [undefined, (text: string) => text.replaceAll("b", "*")]) {
      it(`is that of its structure: ${name}${mask === undefined ? "" : ", masked"}`, () => {
        const policy = createContentPolicy({ maxChars: 100, ...(mask === undefined ? {} : { mask }) }, {});
        const text = policy.releaseText({ ...content, value });
        assert.equal(text, textOf(policy.release({ ...content, value })));
        assert.equal(typeof text, "string");
      });
    }
  }

  it("is nothing where there is nothing, or a hook refuses or throws", () => {
    assert.equal(createContentPolicy({}, {}).releaseText({ ...content, value: undefined }), undefined);
    for (const onContent of [() => undefined, () => assert.fail("hook")]) {
      assert.equal(createContentPolicy({ onContent }, {}).releaseText({ ...content, value: "x" }), undefined);
    }
    const rewriting = createContentPolicy({ onContent: () => ["rewritten"] }, {});
    assert.equal(rewriting.releaseText({ ...content, value: "x" }), '["rewritten"]');
  });
});

describe("what fits", () => {
  it("is what is JSON as it stands and needs no cut", () => {
    assert.equal(fits([{ role: "user", parts: ["12345"] }], 20), true);
    assert.equal(fits(["12345", "67890"], 10), false);
    assert.equal(fits({ date: new Date(0) }, 100), false);
  });
});

describe("truncation", () => {
  it("says how much is missing, and leaves what fits", () => {
    assert.equal(truncateText("abcdef", 6), "abcdef");
    assert.equal(truncateText("abcdef", 2), "ab…[truncated: 2 of 6 characters]");
  });

  it("does not cut a character in two", () => {
    assert.equal(truncateText("a😀b", 2), "a…[truncated: 1 of 4 characters]");
  });
});

describe("media", () => {
  it("inline becomes a reference by its hash, a link stays one", () => {
    const part = mediaPart("data:image/png;base64,aGk=", "image");
    assert.equal(part["mime_type"], "image/png");
    assert.match(String(part["uri"]), /^urn:sha256:[0-9a-f]{64}$/u);
    assert.deepEqual(mediaPart("https://example.com/a.png", "image"), {
      type: "uri",
      modality: "image",
      uri: "https://example.com/a.png",
    });
  });
});
