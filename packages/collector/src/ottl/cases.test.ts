import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { filterFunctions } from "../processors/filter/functions.ts";
import { transformFunctions } from "../processors/transform/functions.ts";
import { type ContextName, contexts, statementFunctions } from "./index.ts";

const directory = join(import.meta.dirname, "../../cases/ottl");
const text = readdirSync(directory)
  .map((name) => readFileSync(join(directory, name), "utf8"))
  .join("\n");
const names = Object.keys(contexts) as ContextName[];

/** Whether a word stands in the cases as it is, not as a part of another one. */
const isTried = (word: string, behind: string): boolean =>
  new RegExp(`(?<![\\w.])(?:[a-z_]+\\.)?${word.replaceAll(".", "\\.")}${behind}`, "u").test(text);

describe("the tables of cases", () => {
  it("have every function", () => {
    const functions = names.flatMap((name) => [
      ...statementFunctions(name, [...transformFunctions(name), ...filterFunctions(name)]).keys(),
    ]);
    const missing = [...new Set(functions)].filter((name) => !isTried(name, "\\("));
    assert.deepEqual(missing, []);
  });

  it("have every path and every enum", () => {
    const paths = names.flatMap((name) => Object.keys(contexts[name].paths[name] ?? {}));
    const enums = names.flatMap((name) => Object.keys(contexts[name].enums));
    const missing = [...new Set([...paths, ...enums])].filter((name) => !isTried(name, "(?![\\w])"));
    // steps between the levels that are tried
    assert.deepEqual(
      missing.filter((name) => !/^SEVERITY_NUMBER_[A-Z]+[234]?$/u.test(name)),
      [],
    );
  });
});
