import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OtlpError, type Signal } from "@genscope/otlp";
import type { ComponentType } from "../../components.ts";
import { itemCountOf } from "../../graph/index-request.ts";
import { createTransform, transformComponent } from "../../processors/transform/index.ts";
import type { StatelessFactory } from "../../processors/stateless.ts";
import { compileValueExpression, type ContextName, contexts, statementFunctions } from "../index.ts";
import { batchOf, cursorAt, inputFor, readCases } from "./case-input.ts";
import { type ProcessorRun, runProcessor } from "./run-processor.ts";
import { showValue } from "./show-value.ts";

const contextOf = { traces: "span", metrics: "metric", logs: "log" } as const;

/** A configuration of a processor over input.yaml, and what comes of it. */
export interface ProcessorCase {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Traces if it is left out. */
  readonly signal?: keyof typeof contextOf;
  /** Statements about the signal's items, carried out before. */
  readonly given?: readonly string[];
  /** What expressions give afterwards, by context and the row of its metric. */
  readonly then?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly unchanged?: true;
  /** How many spans, log records or points are left. */
  readonly items?: number;
  readonly warnings?: readonly string[];
  readonly counts?: Readonly<Record<string, number>>;
  readonly error?: string;
  readonly refused?: string;
}

function checkValues(signal: Signal, bytes: Uint8Array, item: string, values: Readonly<Record<string, string>>): void {
  const [name = "", row = "0"] = item.split(" ");
  const context = name as ContextName;
  for (const [text, expected] of Object.entries(values)) {
    const functions = statementFunctions(context);
    const get = compileValueExpression(text, { context: contexts[context], functions, allowBarePaths: true });
    assert.equal(showValue(get(cursorAt(batchOf(signal, bytes), Number(row)))), expected, `${item}: ${text}`);
  }
}

const statementsOf = { traces: "trace_statements", metrics: "metric_statements", logs: "log_statements" } as const;

/** The request of a case, as the processor gets it. */
function requestOf({ signal: name = "traces", given }: ProcessorCase): ReturnType<typeof inputFor> {
  const { signal, bytes } = inputFor(contextOf[name]);
  if (given === undefined) return { signal, bytes };
  const config = { error_mode: "propagate", [statementsOf[name]]: [{ context: contextOf[name], statements: given }] };
  const { problems, bytes: changed } = runProcessor(transformComponent, createTransform, config, signal, bytes);
  assert.deepEqual(problems, []);
  return { signal, bytes: changed };
}

/** Has a processor go through the cases of a file. */
export function testProcessor<Config>(file: string, component: ComponentType, factory: StatelessFactory<Config>): void {
  function run(one: ProcessorCase, signal: Signal, bytes: Uint8Array): ProcessorRun | undefined {
    try {
      return runProcessor(component, factory, one.config, signal, bytes);
    } catch (caught) {
      if (!(caught instanceof OtlpError) || one.error === undefined) throw caught;
      assert.equal(caught.retryable, false);
      assert.ok(caught.message.includes(one.error), caught.message);
      return undefined;
    }
  }

  function check(one: ProcessorCase): void {
    const { signal, bytes } = requestOf(one);
    const done = run(one, signal, bytes);
    if (done === undefined) return;
    const { then = {}, unchanged, items, warnings = [], counts = {}, error, refused } = one;
    assert.equal(error, undefined, "no error");
    const problems = done.problems.join("\n");
    if (refused === undefined) assert.equal(problems, "");
    else assert.ok(problems.includes(refused), `${problems}\nexpected ${refused}`);
    if (unchanged === true) assert.deepEqual(Buffer.from(done.bytes), Buffer.from(bytes));
    if (items !== undefined) assert.equal(itemCountOf(batchOf(signal, done.bytes)), items);
    assert.equal(done.warnings.length, warnings.length, done.warnings.join("\n"));
    for (const [i, warning] of warnings.entries()) assert.ok(done.warnings[i]!.includes(warning), done.warnings[i]);
    for (const [name, expected] of Object.entries(counts)) {
      assert.equal(done.telemetry.read().find((reading) => reading.name === name)?.value, expected, name);
    }
    for (const [item, values] of Object.entries(then)) checkValues(signal, done.bytes, item, values);
  }

  describe(component.type, () => {
    for (const one of readCases(file) as readonly ProcessorCase[]) it(one.name, () => check(one));
  });
}
