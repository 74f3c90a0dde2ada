import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { contexts, compileValueExpression, OttlError, OttlParseError, statementFunctions } from "./index.ts";
import { batchOf, cursorAt, inputFor, readCases } from "./testing/case-input.ts";
import { showValue } from "./testing/show-value.ts";

const groups = readCases("values") as Readonly<Record<string, Readonly<Record<string, string>>>>;
const { signal, bytes } = inputFor("span");
const batch = batchOf(signal, bytes);

function outcomeOf(text: string): string {
  try {
    const get = compileValueExpression(text, {
      context: contexts.span,
      functions: statementFunctions("span"),
      allowBarePaths: true,
    });
    return showValue(get(cursorAt(batch)));
  } catch (error) {
    if (error instanceof OttlParseError) return `refused: ${error.message}`;
    if (error instanceof OttlError) return `error: ${error.message}`;
    throw error;
  }
}

for (const [group, cases] of Object.entries(groups)) {
  describe(`values: ${group}`, () => {
    for (const [text, expected] of Object.entries(cases)) {
      it(text, () => {
        const outcome = outcomeOf(text);
        const [, kind, part] = /^(error|refused): (.*)$/su.exec(expected) ?? [];
        if (part === undefined) assert.equal(outcome, expected);
        else assert.ok(outcome.startsWith(`${kind}: `) && outcome.includes(part), `${outcome}\nexpected ${expected}`);
      });
    }
  });
}
