import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createMasker } from "./masker.ts";

/** Patterns on which engines that backtrack do not come back, or on which all matches together take a square of the text's length. */
const patterns: Readonly<Record<string, string>> = {
  "nested repetition": "(a+)+b",
  "nested repetition at the end": "(a+)+$",
  "alternatives that overlap": "(a|aa)+b",
  "an optional in a repetition": "(a?){30}a{30}",
  "words in words": "(\\w+\\s?)*!",
  "two rows of the same": "x+x+y",
  "rows of anything": ".*.*=.*",
  "much, and then little": "(a+)+z|a",
  "much to the end, and then little": "a+z$|a",
  "from the start": "^(a|b)*c|b",
  "many repetitions": "(.*a){10}",
  "counted classes": "[a-z]{1,60}[0-9]",
  "spaces before the end": "\\s+$",
  "an address, badly":
    "^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$",
  "a number's groups": "(\\d+-?)+x",
};
const units: Readonly<Record<string, string>> = {
  "one letter": "a",
  "two letters": "ab",
  words: "lorem a ",
  spaces: " ",
  x: "x",
  digits: "123-",
  "equals signs": "a=",
  "not ASCII": "é😀",
};

/** How many characters of texts are read while something runs: RE2 in JavaScript reads them one by one. */
function readsOf(work: () => void): number {
  const prototype: object = String.prototype;
  const original = Object.getOwnPropertyDescriptor(prototype, "charCodeAt")!;
  let reads = 0;
  function charCodeAt(this: string, index: number): number {
    reads++;
    return Reflect.apply(original.value as (index: number) => number, this, [index]);
  }
  Object.defineProperty(prototype, "charCodeAt", { ...original, value: charCodeAt });
  try {
    work();
  } finally {
    Object.defineProperty(prototype, "charCodeAt", original);
  }
  return reads;
}

describe("the work of a rule of one's own", () => {
  for (const [name, pattern] of Object.entries(patterns)) {
    it(`doubles at most when the text doubles: ${name}`, () => {
      const masker = createMasker({ detectors: [], rules: [{ name: "evil", pattern, action: "drop" }] });
      for (const [unit, text] of Object.entries(units)) {
        const long = text.repeat(Math.ceil(8_000 / text.length));
        const once = readsOf(() => masker.text(long));
        const twice = readsOf(() => masker.text(long + long));
        assert.ok(twice <= once * 2.3 + 50_000, `${unit}: ${once} reads, then ${twice}`);
        assert.ok(once <= long.length * 500, `${unit}: ${once / long.length} reads per character`);
      }
    });
  }

  it("is counted at all", () => {
    const masker = createMasker({ detectors: [], rules: [{ name: "any", pattern: "b" }] });
    assert.ok(readsOf(() => masker.text("a".repeat(1_000))) >= 1_000);
  });
});

describe("a rule bound to the ends of a text", () => {
  it("takes a text however long, as one match", () => {
    const masker = createMasker({ detectors: [], rules: [{ name: "all", pattern: "(?s)^key:.*$" }] });
    assert.equal(masker.text(`key:${"a \n".repeat(5_000)}`), "[ALL]");
  });

  it("does not take the borders of windows for ends", () => {
    const rules = [{ name: "last", pattern: "(?:ab+$|z)" }];
    const masker = createMasker({ detectors: [], rules });
    const text = `${"z ".repeat(40)}${"abbb ".repeat(2_000)}`;
    assert.equal(masker.text(text), `${"[LAST] ".repeat(40)}${"abbb ".repeat(2_000)}`);
    assert.ok(masker.text(`${text}ab`).endsWith("abbb [LAST]"));
  });
});
