import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OtlpError, Signal } from "@genscope/otlp";
import { aTraceRequest, type PlainValue } from "@genscope/otlp/testing";
import { assert as checkProperty, jsonValue, property } from "fast-check";
import { createTransform, transformComponent } from "../../processors/transform/index.ts";
import { compileValueExpression, contexts, statementFunctions } from "../index.ts";
import { batchOf, cursorAt, readCases } from "../testing/case-input.ts";
import { runProcessor } from "../testing/run-processor.ts";
import { showValue } from "../testing/show-value.ts";
import type { Value } from "../values/value.ts";
import { changeEach } from "./change-each.ts";
import { toJson } from "./change-json.ts";
import { ContentPath } from "./content-path.ts";
import { toJsonValue } from "./json-value.ts";

interface Case {
  readonly name: string;
  readonly do: string;
  readonly messages: string;
  readonly after?: string;
  readonly unchanged?: true;
  readonly refused?: string;
  readonly error?: string;
}

function run(one: Case, messages: PlainValue): { readonly problems: readonly string[]; readonly after: Value } {
  const request = aTraceRequest({ spans: [{ attributes: { messages, int: 42n } }] });
  const config = { error_mode: "propagate", trace_statements: [{ context: "span", statements: [one.do] }] };
  const { problems, bytes } = runProcessor(transformComponent, createTransform, config, Signal.traces, request);
  const options = { context: contexts.span, functions: statementFunctions("span"), allowBarePaths: true };
  const get = compileValueExpression('attributes["messages"]', options);
  return { problems, after: get(cursorAt(batchOf(Signal.traces, bytes))) };
}

function check(one: Case): void {
  const { after, problems } = run(one, one.messages);
  if (one.refused !== undefined) assert.ok(problems.join("\n").includes(one.refused), problems.join("\n"));
  else {
    assert.deepEqual(problems, []);
    assert.equal(after, one.unchanged === true ? one.messages : one.after);
  }
}

/** JSON as an attribute that is a structure. */
function structureOf(text: string): PlainValue {
  return JSON.parse(text, (_, value: unknown, { source }: { source?: string } = {}) =>
    typeof value === "number" && /^-?\d+$/u.test(source ?? "") ? BigInt(source!) : value,
  ) as PlainValue;
}

const louder = (value: Value): Value => (typeof value === "string" ? `${value}!` : value);

const cases = readCases("each") as readonly Case[];

describe("editors of what is deep inside", () => {
  for (const one of cases) {
    it(`${one.name}, in a JSON text`, () => {
      if (one.error === undefined) return check(one);
      assert.throws(
        () => check(one),
        (error) => error instanceof OtlpError && error.message.includes(one.error!),
      );
    });
    if (!/^\s*\[/u.test(one.after ?? "") || !one.messages.trimStart().startsWith("[{") || one.messages.includes("\\"))
      continue;
    it(`${one.name}, in a structure`, () => {
      const { after, problems } = run(one, structureOf(one.messages));
      assert.deepEqual(problems, []);
      assert.equal(showValue(after), showValue(toJsonValue(one.after!)));
    });
  }

  it("changes the same in a JSON text as in a structure", () => {
    const path = new ContentPath("**.a");
    const json = jsonValue({ maxDepth: 5 }).filter((value) => typeof value === "object" && value !== null);
    checkProperty(
      property(json, (value) => {
        const text = JSON.stringify(value);
        const changedText = changeEach(text, path, louder) as string;
        const changed = changeEach(toJsonValue(text), path, louder);
        assert.equal(toJson(toJsonValue(changedText)), toJson(changed));
      }),
      { numRuns: 200 },
    );
  });

  it("goes through megabytes and deep nesting", () => {
    const long = JSON.stringify([{ content: '\\"x'.repeat(500_000) }]);
    const cut = changeEach(long, new ContentPath("[*].content"), () => "y");
    assert.equal(cut, '[{"content":"y"}]');
    const deep = `${"[".repeat(5_000)}"x"${"]".repeat(5_000)}`;
    assert.equal(
      changeEach(deep, new ContentPath("**"), () => "y"),
      "y",
    );
  });
});
