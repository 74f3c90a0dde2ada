import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import type { Action } from "./action.ts";
import { createMasker } from "./masker.ts";

const values = [
  "jo.doe+tag@mail.example.org",
  "+1 415-555-2671",
  "4111 1111 1111 1111",
  "DE89370400440532013000",
  "900101-1234567",
  "203.0.113.77",
  "sk-ant-api03-AbCd1234EfGh5678IjKl",
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
  "AKIAIOSFODNN7EXAMPLE",
];
const fragments = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(
    ...values,
    "@",
    "-----BEGIN PRIVATE KEY-----",
    "password=",
    '"',
    "\\n",
    "{",
    "}",
    " ",
    "+1",
    "sk-",
    "[EMAIL]",
    "Bearer ",
  ),
  fc.string({ unit: fc.constantFrom(..."0123456789 -./():@=+aAbByYzZ_".split("")), maxLength: 30 }),
);
const texts = fc.array(fragments, { maxLength: 8 }).map((parts) => parts.join(""));
const actions = fc.constantFrom<Action>("mask", "mask-keep-last-4", "hash", "drop");
const key = "a key of enough bytes";
const runs = { numRuns: 400, seed: 20_261_123 };

describe("for any text", () => {
  it("masking what is masked changes nothing", () => {
    fc.assert(
      fc.property(texts, actions, (text, action) => {
        const masker = createMasker({ action, key });
        const once = masker.text(text);
        assert.equal(masker.text(once), once);
      }),
      runs,
    );
  });

  it("nothing throws, not even for limits and odd characters", () => {
    const masker = createMasker({ maxLength: 64 });
    fc.assert(
      fc.property(texts, (text) => {
        assert.ok(masker.text(text).length <= 64);
        assert.equal(masker.counts()["error"], undefined);
      }),
      runs,
    );
  });

  it("a value set apart by spaces does not come out", () => {
    const masker = createMasker();
    fc.assert(
      fc.property(fc.constantFrom(...values), fc.lorem(), fc.lorem(), (value, before, after) => {
        const masked = masker.text(`${before} ${value} ${after}`);
        assert.equal(masked.includes(value), false);
        assert.ok(masked.startsWith(`${before} [`) && masked.endsWith(`] ${after}`));
      }),
      runs,
    );
  });
});

describe("for any JSON", () => {
  const leaves = fc.oneof(texts, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ depthSize: "small" }, leaves, fc.array(tie("tree")), fc.dictionary(texts, tie("tree"))),
  }));

  it("JSON text stays JSON, of the same shape", () => {
    const masker = createMasker();
    fc.assert(
      fc.property(fc.array(tree), fc.boolean(), (value, pretty) => {
        const text = JSON.stringify(value, null, pretty ? 2 : 0);
        const masked = masker.text(text);
        const back: unknown = JSON.parse(masked);
        assert.equal((back as unknown[]).length, value.length);
        if (Object.keys(masker.inspect(text)).length === 0) assert.equal(masked, text);
      }),
      runs,
    );
  });

  it("what is found in a string is found in a string within JSON within JSON", () => {
    const masker = createMasker();
    fc.assert(
      fc.property(fc.constantFrom(...values), fc.nat(4), (value, depth) => {
        let text = `see ${value}`;
        for (let i = 0; i < depth; i++) text = JSON.stringify({ content: text });
        assert.equal(masker.text(text).includes(value), false);
      }),
      runs,
    );
  });
});
