import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OtlpError, Signal, type SignalName } from "@genscope/otlp";
import { Catalogue } from "../../packages/collector/src/catalogue.ts";
import type { StatelessFactory } from "../../packages/collector/src/processors/stateless.ts";
import type { ContextName } from "../../packages/collector/src/ottl/index.ts";
import { inputFor, readCases } from "../../packages/collector/src/ottl/testing/case-input.ts";
import { runProcessor } from "../../packages/collector/src/ottl/testing/run-processor.ts";
import { aTraceRequest } from "@genscope/otlp/testing";
import { parse } from "yaml";
import type { Outcome, Trial } from "./running-otelcol.ts";

/** A trial with a name that says where its case is. */
export interface NamedTrial extends Trial {
  readonly name: string;
}

const signalNames: Readonly<Record<Signal, SignalName>> = {
  [Signal.traces]: "traces",
  [Signal.metrics]: "metrics",
  [Signal.logs]: "logs",
};
const contextOf = { traces: "span", metrics: "metric", logs: "log" } as const;
const listOf = { traces: "trace_statements", metrics: "metric_statements", logs: "log_statements" } as const;

function statementsTrial(name: string, context: ContextName, statements: readonly string[]): NamedTrial {
  const { signal, bytes } = inputFor(context);
  const signalName = signalNames[signal];
  const config = { error_mode: "propagate", [listOf[signalName]]: [{ context, statements }] };
  return { name, signal: signalName, processors: [{ type: "transform", config }], request: bytes };
}

interface StatementCase {
  readonly context?: ContextName;
  readonly given?: string;
  readonly do: string | readonly string[];
}

interface ProcessorCase {
  readonly name: string;
  readonly config: object;
  readonly signal?: SignalName;
  readonly given?: readonly string[];
}

function processorTrials(file: string, type: string): NamedTrial[] {
  return (readCases(file) as readonly ProcessorCase[]).map(({ name, config, signal = "traces", given }) => {
    const { bytes } = inputFor(contextOf[signal]);
    const first = { error_mode: "propagate", [listOf[signal]]: [{ context: contextOf[signal], statements: given }] };
    const before = given === undefined ? [] : [{ type: "transform", config: first }];
    return { name: `${file}: ${name}`, signal, processors: [...before, { type, config }], request: bytes };
  });
}

/** Cases that would take the Collector's memory: it makes a list as long as an index says, and copies a copy without end. */
const endless = new Set(['span: set(attributes["x"][99999999], 5)', "transform: copies without end"]);
/** The Collector's outcome changes from run to run: a map that is written out has no order there. */
const unsteady = new Set([
  'span: set(attributes, {"a": {"b": 1}, "a.b": 2}); flatten(attributes, resolve_conflicts=true)',
  'value: Keys({"b": 1, "a": 2})',
  'value: Values({"b": 1, "a": 2})',
  'value: ToKeyValueString({"b": 1, "a": "x y"})',
]);
/** What the Collector panics at, and with it every trial beside. */
const deadly = /clear\((?:events|links|exemplars|quantile_values)\)/u;

/** Every case of the collector's tables that the Collector can be asked about. */
export function allTrials(): readonly NamedTrial[] {
  return everyTrial().filter(
    ({ name, processors }) => !endless.has(name) && !unsteady.has(name) && !deadly.test(JSON.stringify(processors)),
  );
}

function everyTrial(): readonly NamedTrial[] {
  const values = readCases("values") as Readonly<Record<string, Readonly<Record<string, string>>>>;
  const statements = readCases("statements") as Readonly<Record<string, readonly StatementCase[]>>;
  return [
    ...Object.values(values).flatMap((group) =>
      Object.keys(group).map((text) =>
        statementsTrial(`value: ${text}`, "span", [`set(attributes["result"], ${text})`]),
      ),
    ),
    ...Object.values(statements).flatMap((group) =>
      group.map(({ context = "span", given, do: own }) => {
        const list = [...(given === undefined ? [] : [given]), ...[own].flat()];
        return statementsTrial(`${context}: ${list.join("; ")}`, context, list);
      }),
    ),
    ...processorTrials("transform", "transform"),
    ...processorTrials("filter", "filter"),
    ...processorTrials("attributes", "attributes"),
    ...processorTrials("resource", "resource"),
    ...processorTrials("sampler", "probabilistic_sampler"),
  ];
}

/** The trials of generated.yaml. Ids are as random as a hash. */
export function generatedTrials(): readonly NamedTrial[] {
  const spans = Array.from({ length: 500 }, (_, i) => ({
    traceId: createHash("md5").update(`trace ${i}`).digest("hex"),
    spanId: createHash("md5").update(`span ${i}`).digest("hex").slice(0, 16),
    name: `chat ${["gpt-4o", "gpt-4o-mini", "claude-sonnet-4"][i % 3]}`,
    kind: 3,
    startTime: 1_750_000_000_000_000_000n + BigInt(i) * 1_000_001n,
    endTime: 1_750_000_000_500_000_000n + BigInt(i) * 3_000_007n,
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": ["gpt-4o", "gpt-4o-mini", "claude-sonnet-4"][i % 3]!,
      "gen_ai.usage.input_tokens": 200 + ((i * 37) % 4_000),
      "gen_ai.usage.output_tokens": 20 + ((i * 11) % 900),
      "gen_ai.content.prompt": `my number is ${123_456 + i}-${1_234_567 + i}, and ${i} is none`,
      "gen_ai.input.messages": JSON.stringify([{ role: "user", parts: [{ type: "text", content: `question ${i}` }] }]),
      ...(i % 20 === 7 ? { "error.type": "timeout" } : {}),
    },
    status: i % 20 === 7 ? { code: 2, message: "timed out" } : { code: 1 },
  }));
  const request = aTraceRequest({ resource: { "service.name": "agent", "host.name": "h" }, spans });
  const path = join(import.meta.dirname, "generated.yaml");
  const list = parse(readFileSync(path, "utf8")) as readonly Pick<NamedTrial, "name" | "processors">[];
  return list.map(({ name, processors }) => ({ name: `generated: ${name}`, signal: "traces", processors, request }));
}

const signalOf = { traces: Signal.traces, metrics: Signal.metrics, logs: Signal.logs } as const;
const catalogue = new Catalogue();

/** The same trial with the processors of this project. */
export function tryHere({ signal, processors, request }: Trial): Outcome {
  let bytes: Uint8Array = request;
  for (const { type, config } of processors) {
    const component = catalogue.registry.find("processors", type);
    const entry = component === undefined ? undefined : catalogue.entryOf(component);
    if (entry?.role !== "stateless") throw new Error(`no processor ${type}`);
    try {
      const make: StatelessFactory<unknown> = entry.make;
      const done = runProcessor(entry.component, make, config, signalOf[signal], bytes);
      if (done.problems.length > 0) return { refused: done.problems.join("\n") };
      bytes = done.bytes;
    } catch (error) {
      if (error instanceof OtlpError) return { bytes: undefined };
      throw error;
    }
  }
  return { bytes };
}

/** Where this project means to differ, and why: by a part of the trial's name. */
export function readDifferences(): readonly { readonly trials: readonly string[]; readonly why: string }[] {
  return parse(readFileSync(join(import.meta.dirname, "differences.yaml"), "utf8")) as ReturnType<
    typeof readDifferences
  >;
}
