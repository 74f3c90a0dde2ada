import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { aTraceRequest } from "@genscope/otlp/testing";
import { createTransform, transformComponent } from "../processors/transform/index.ts";
import { compileValueExpression, contexts, statementFunctions } from "./index.ts";
import { batchOf, cursorAt } from "./testing/case-input.ts";
import { runProcessor } from "./testing/run-processor.ts";

// each takes a backtracking engine longer than anybody waits for; here these are as quick as any other
const patterns = ["(a+)+$", "(a|aa)+$", "(.*)*z", "(a*)*b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(?:a?){64}a{64}$"];
const text = `${"a".repeat(20_000)}!`;
const quoted = (pattern: string): string => JSON.stringify(pattern);

describe("regular expressions of OTTL", () => {
  for (const pattern of patterns) {
    it(`end with ${pattern} on a text made for it`, () => {
      const statements = [
        `set(attributes["copy"], attributes["text"])`,
        `replace_pattern(attributes["text"], ${quoted(pattern)}, "x")`,
        `delete_matching_keys(attributes, ${quoted(pattern)})`,
        `set(attributes["match"], IsMatch(attributes["text"], ${quoted(`^${pattern}`)}))`,
        `set(attributes["same"], true) where attributes["text"] == attributes["copy"]`,
      ];
      const request = aTraceRequest({ spans: [{ attributes: { text } }] });
      const config = { error_mode: "propagate", trace_statements: [{ context: "span", statements }] };
      const { bytes, problems } = runProcessor(transformComponent, createTransform, config, Signal.traces, request);
      assert.deepEqual(problems, []);
      const options = { context: contexts.span, functions: statementFunctions("span"), allowBarePaths: true };
      const get = compileValueExpression('[attributes["same"], attributes["match"]]', options);
      assert.deepEqual(get(cursorAt(batchOf(Signal.traces, bytes))), [true, false]);
    });
  }
});
