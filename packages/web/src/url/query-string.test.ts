import assert from "node:assert/strict";
import { test } from "node:test";
import { formatQueryString, many, number, one, parseQueryString } from "./query-string.ts";

test("repeated keys become lists and survive the round trip", () => {
  const text = "?service=a&service=b+c&q=x=1,y:/z";
  const search = parseQueryString(text);
  assert.deepEqual(many(search, "service"), ["a", "b c"]);
  assert.equal(one(search, "q"), "x=1,y:/z");
  assert.equal(formatQueryString(search), text);
});

test("what says nothing is left out", () => {
  assert.equal(formatQueryString({ a: undefined, b: "", c: false, d: [], e: null }), "");
  assert.equal(formatQueryString({ live: true, n: 0 }), "?live=true&n=0");
});

test("hostile keys and values are only text", () => {
  const search = parseQueryString("?__proto__=1&constructor=2&n=NaN&m=1e3");
  assert.equal(one(search, "__proto__"), "1");
  assert.equal(({} as Record<string, unknown>)["1"], undefined);
  assert.equal(number(search, "n"), undefined);
  assert.equal(number(search, "m"), 1000);
});
