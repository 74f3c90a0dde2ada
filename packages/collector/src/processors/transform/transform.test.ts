import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OtlpError, Signal } from "@genscope/otlp";
import { compileValueExpression, type ContextName, contexts, statementFunctions } from "../../ottl/index.ts";
import { batchOf, cursorAt, inputFor, readCases } from "../../ottl/testing/case-input.ts";
import { type ProcessorRun, runProcessor } from "../../ottl/testing/run-processor.ts";
import { showValue } from "../../ottl/testing/show-value.ts";
import { createTransform, transformComponent } from "./index.ts";

interface Case {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** By context, and the row of its metric. */
  readonly then?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly unchanged?: true;
  readonly warnings?: readonly string[];
  readonly errors?: number;
  readonly error?: string;
  readonly refused?: string;
}

function signalOf({ config }: Case): { readonly signal: Signal; readonly bytes: Uint8Array } {
  return inputFor("metric_statements" in config ? "metric" : "span");
}

function runCase(one: Case): ProcessorRun | undefined {
  const { signal, bytes } = signalOf(one);
  try {
    return runProcessor(transformComponent, createTransform, one.config, signal, bytes);
  } catch (caught) {
    if (!(caught instanceof OtlpError) || one.error === undefined) throw caught;
    assert.equal(caught.retryable, false);
    assert.ok(caught.message.includes(one.error), caught.message);
    return undefined;
  }
}

function check(one: Case): void {
  const run = runCase(one);
  if (run === undefined) return;
  const { then = {}, unchanged, warnings = [], errors, error, refused } = one;
  const { signal, bytes } = signalOf(one);
  assert.equal(error, undefined, "no error");
  if (refused === undefined) assert.deepEqual(run.problems, []);
  else assert.ok(run.problems.join("\n").includes(refused), `${run.problems.join("\n")}\nexpected ${refused}`);
  if (unchanged === true) assert.deepEqual(Buffer.from(run.bytes), Buffer.from(bytes));
  assert.equal(run.warnings.length, warnings.length, run.warnings.join("\n"));
  for (const [i, warning] of warnings.entries()) assert.ok(run.warnings[i]!.startsWith(warning), run.warnings[i]);
  const counted = run.telemetry.read().find(({ name }) => name === "otelcol_processor_ottl_errors")?.value;
  if (errors !== undefined) assert.equal(counted, errors);
  for (const [item, values] of Object.entries(then)) {
    const [context = "", row = "0"] = item.split(" ");
    for (const [text, expected] of Object.entries(values)) {
      const get = compileValueExpression(text, {
        context: contexts[context as ContextName],
        functions: statementFunctions(context as ContextName),
        allowBarePaths: true,
      });
      const shown = showValue(get(cursorAt(batchOf(signal, run.bytes), Number(row))));
      assert.equal(shown, expected, `${item}: ${text}`);
    }
  }
}

describe("transform", () => {
  for (const one of readCases("transform") as readonly Case[]) it(one.name, () => check(one));
});
