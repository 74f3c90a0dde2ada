import assert from "node:assert/strict";
import { test } from "node:test";
import { attributeText, attributeType, filterAttributes, jsonText, prettyJson } from "./attribute-text.ts";

const nested = {
  kvlistValue: {
    values: [
      { key: "id", value: { intValue: "9007199254740993" } },
      { key: "tags", value: { arrayValue: { values: [{ stringValue: 'a"b' }, { boolValue: true }, {}] } } },
      { key: "none", value: { kvlistValue: { values: [] } } },
      { key: "ratio", value: { doubleValue: "NaN" as const } },
    ],
  },
};

test("integers beyond 2^53 keep every digit", () => {
  assert.equal(attributeText({ intValue: "9223372036854775807" }), "9223372036854775807");
  assert.equal(jsonText(nested, 0), '{"id": 9007199254740993,"tags": ["a\\"b",true,null],"none": {},"ratio": "NaN"}');
});

test("nested values are laid out by level", () => {
  assert.equal(
    attributeText({ arrayValue: { values: [{ intValue: "1" }, { arrayValue: { values: [{ doubleValue: 0.5 }] } }] } }),
    "[\n  1,\n  [\n    0.5\n  ]\n]",
  );
});

test("every OTLP type has a name, the empty value too", () => {
  assert.equal(attributeType(nested), "map");
  assert.equal(attributeType({ bytesValue: "AA==" }), "bytes");
  assert.equal(attributeType({}), "empty");
  assert.equal(attributeText({}), "");
});

test("only what is JSON is laid out as JSON", () => {
  assert.deepEqual(prettyJson('{"a":1}'), { text: '{\n  "a": 1\n}', json: true });
  assert.deepEqual(prettyJson("[not json"), { text: "[not json", json: false });
  assert.deepEqual(prettyJson("12"), { text: "12", json: false });
});

test("attributes are found by key and by value, and come by key", () => {
  const attributes = [
    { key: "b.model", value: { stringValue: "gpt-5" } },
    { key: "a", value: { intValue: "42" } },
  ];
  assert.deepEqual(
    filterAttributes(attributes, "").map((one) => one.key),
    ["a", "b.model"],
  );
  assert.deepEqual(
    filterAttributes(attributes, "GPT model").map((one) => one.key),
    ["b.model"],
  );
  assert.deepEqual(filterAttributes(attributes, "43"), []);
});
