import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { configOf, quiet } from "../testing/collector-harness.ts";
import { compileStatement, contexts, statementFunctions } from "./index.ts";
import { functionsMarkdown } from "./functions-markdown.ts";

const page = readFileSync(join(import.meta.dirname, "../../../../docs/ottl.md"), "utf8");
const blocks = [...page.matchAll(/```(?<language>\w*)\n(?<content>[^]*?)```/gu)].map(({ groups }) => groups!);

describe("the page about OTTL", () => {
  it("shows configurations that can run", async () => {
    const shown = blocks.filter(({ language }) => language === "yaml");
    assert.ok(shown.length >= 2);
    for (const { content } of shown) {
      const { processors } = parse(content!) as { processors: object };
      const pipelines = { traces: { receivers: ["nop"], processors: Object.keys(processors), exporters: ["nop"] } };
      const config = { receivers: { nop: {} }, processors, exporters: { nop: {} }, service: { pipelines } };
      await configOf(quiet(JSON.stringify(config).replaceAll("$", "$$$$")));
    }
  });

  it("shows statements that can be carried out", () => {
    const options = { context: contexts.span, functions: statementFunctions("span"), allowBarePaths: true };
    const statements = blocks
      .filter(({ language }) => language === "")
      .flatMap(({ content }) => content!.split("\n"))
      .filter((line) => line !== "" && !line.startsWith("#"));
    assert.ok(statements.length >= 6);
    for (const statement of statements) compileStatement(statement, options);
  });

  it("names every function there is", () => {
    for (const [, signature] of functionsMarkdown().matchAll(/`(\w+\([^`]*\))`/gu)) {
      assert.ok(page.includes(signature!), `${signature}: run npm run docs`);
    }
  });
});
