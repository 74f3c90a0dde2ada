import { describe, it } from "node:test";
import { array, assert as checkProperty, constantFrom, property, string } from "fast-check";
import {
  compileCondition,
  compileStatement,
  contexts,
  OttlError,
  OttlParseError,
  statementFunctions,
} from "./index.ts";
import { batchOf, cursorAt, inputFor } from "./testing/case-input.ts";

const options = { context: contexts.span, functions: statementFunctions("span"), allowBarePaths: true };
const words = [
  "set delete_key replace_pattern truncate_each Concat Int ParseJSON MapEach When IsMatch",
  "attributes name trace_id events status cache resource kind.string end_time x",
  "( ) [ ] { } , . : = => == < + - * / where and or not",
  '1 2.5 0xff "text" "[" "**" nil true SPAN_KIND_SERVER _ 9223372036854775807',
].flatMap((line) => line.split(" "));
const { signal, bytes } = inputFor("span");

/** Compiles and carries out; whatever goes wrong must be an error of OTTL's. */
function attempt(work: () => (() => unknown) | undefined): void {
  try {
    work()?.();
  } catch (error) {
    if (!(error instanceof OttlParseError || error instanceof OttlError)) throw error;
  }
}

describe("OTTL that nobody would write", () => {
  const texts = array(constantFrom(...words), { maxLength: 24 }).chain((parts) =>
    constantFrom(parts.join(" "), parts.join(""), `set(attributes["a"], ${parts.join(" ")})`),
  );

  it("compiles or is refused with its place, and runs or fails with a reason", () => {
    checkProperty(
      property(texts, (text) => {
        attempt(() => {
          const { run } = compileStatement(text, options);
          return () => run(cursorAt(batchOf(signal, bytes)));
        });
        attempt(() => {
          const { holds } = compileCondition(text, options);
          return () => holds(cursorAt(batchOf(signal, bytes)));
        });
      }),
      { numRuns: 2_000 },
    );
  });

  it("may be any text at all", () => {
    checkProperty(
      property(string({ unit: "binary", maxLength: 60 }), (text) => {
        attempt(() => {
          compileStatement(text, options);
          return undefined;
        });
      }),
      { numRuns: 1_000 },
    );
  });
});
