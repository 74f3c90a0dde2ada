import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { missingOptions } from "../components-markdown.ts";
import { duration, list, mapOf, optionalSection, section, text, word } from "./fields.ts";
import { optionRows } from "./option-rows.ts";

const schema = section({
  wait: duration(90_000),
  mode: word(["", "hard", "soft"], "soft"),
  keys: list(text("")),
  headers: mapOf(text("")),
  rules: list(section({ name: text("x") })),
  by_name: mapOf(section({ size: text() })),
  tls: optionalSection({ file: text() }),
});

describe("the options of a schema", () => {
  it("have a path, a type and what they are if left out", () => {
    assert.deepEqual(
      optionRows(schema).map(({ path, type, fallback }) => [path, type, fallback]),
      [
        ["wait", "duration", "1m30s"],
        ["mode", "hard, soft", "soft"],
        ["keys", "list of string", undefined],
        ["headers", "map of string", undefined],
        ["rules[].name", "string", "x"],
        ["by_name.<name>.size", "string", undefined],
        ["tls.file", "string", undefined],
      ],
    );
  });

  it("are compared with names from elsewhere", () => {
    const upstream = ["wait", "headers[].name", "rules[].name", "rules[].other", "tls", "tpm.path"];
    assert.deepEqual(missingOptions(optionRows(schema), upstream), ["rules[].other", "tpm.path"]);
  });
});
