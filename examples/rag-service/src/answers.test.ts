import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { buildPrompt, format } from "./ask.ts";
import { documents } from "./documents.ts";
import { cosine } from "./vector-store.ts";

const hits = documents.slice(0, 2).map((document) => ({ document, score: 1 }));

describe("the prompt", () => {
  it("numbers the passages from one and ends with the question", () => {
    const prompt = buildPrompt("Why?", hits);
    assert.match(prompt, /^\[1\] Descaling: .*\n\[2\] Error codes: .*\n\nQuestion: Why\?$/u);
  });
});

describe("formatting", () => {
  it("puts the title in place of a citation, and lists each source once", () => {
    const answer = format("Twice [2]. Again [2]. Once [1].", hits);
    assert.equal(answer.text, "Twice (Error codes). Again (Error codes). Once (Descaling).");
    assert.deepEqual(
      answer.sources.map(({ id }) => id),
      ["error-codes", "descaling"],
    );
  });

  it("leaves a number that belongs to no passage", () => {
    assert.deepEqual(format("See [9].", hits), { text: "See [9].", sources: [] });
  });
});

describe("cosine", () => {
  it("is 1 for the same direction, 0 for a right angle or no direction", () => {
    assert.equal(cosine([3, 4], [6, 8]), 1);
    assert.equal(cosine([1, 0], [0, 1]), 0);
    assert.equal(cosine([0, 0], [1, 1]), 0);
  });
});
