import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OtlpError, Signal } from "@genscope/otlp";
import { createTransform, transformComponent } from "../processors/transform/index.ts";
import { transformFunctions } from "../processors/transform/functions.ts";
import { compileValueExpression, type ContextName, contexts, statementFunctions } from "./index.ts";
import { batchOf, cursorAt, inputFor, readCases } from "./testing/case-input.ts";
import { type ProcessorRun, runProcessor } from "./testing/run-processor.ts";
import { showValue } from "./testing/show-value.ts";

interface Case {
  readonly context?: ContextName;
  /** The row of the metric it is about. */
  readonly at?: number;
  readonly given?: string;
  readonly do: string | readonly string[];
  readonly then?: Readonly<Record<string, string>>;
  readonly error?: string;
  readonly refused?: string;
}

const keys = { [Signal.traces]: "trace", [Signal.metrics]: "metric", [Signal.logs]: "log" };

function transformed(
  context: ContextName,
  signal: Signal,
  bytes: Uint8Array,
  statements: readonly string[],
): ProcessorRun {
  const config = { error_mode: "propagate", [`${keys[signal]}_statements`]: [{ context, statements }] };
  return runProcessor(transformComponent, createTransform, config, signal, bytes);
}

function valueAfter(context: ContextName, signal: Signal, bytes: Uint8Array, text: string, at: number): string {
  const functions = statementFunctions(context, transformFunctions(context));
  const get = compileValueExpression(text, { context: contexts[context], functions, allowBarePaths: true });
  return showValue(get(cursorAt(batchOf(signal, bytes), at)));
}

function check({ context = "span", at = 0, given, do: statements, then = {}, error, refused }: Case): void {
  const { signal, bytes: sent } = inputFor(context);
  const bytes = given === undefined ? sent : transformed(context, signal, sent, [given]).bytes;
  const list = typeof statements === "string" ? [statements] : statements;
  let run: ProcessorRun;
  try {
    run = transformed(context, signal, bytes, list);
  } catch (caught) {
    if (!(caught instanceof OtlpError) || error === undefined) throw caught;
    assert.equal(caught.code, "invalid-argument");
    assert.ok(caught.message.includes(error), caught.message);
    return;
  }
  assert.equal(error, undefined, "no error");
  if (refused === undefined) assert.deepEqual(run.problems, []);
  else assert.ok(run.problems.join("\n").includes(refused), `${run.problems.join("\n")}\nexpected ${refused}`);
  for (const [text, expected] of Object.entries(then)) {
    assert.equal(valueAfter(context, signal, run.bytes, text, at), expected, text);
  }
}

const groups = readCases("statements") as Readonly<Record<string, readonly Case[]>>;

for (const [group, cases] of Object.entries(groups)) {
  describe(`statements: ${group}`, () => {
    for (const one of cases) it(`${one.context ?? "span"}: ${[one.do].flat().join("; ")}`, () => check(one));
  });
}
