import type { Command } from "commander";
import { genAiMaskingComponent, MaskingDryRun } from "@genscope/collector";
import type { GenAiMaskingConfig, LocatedItem, MaskingReport } from "@genscope/collector";
import { jsonToProtobuf, Signal } from "@genscope/otlp";
import { processorConfig } from "../processor-config.ts";
import { rangeOptions, storedTraces } from "../stored-traces.ts";
import type { TraceRange } from "../stored-traces.ts";
import { CommandError, formatCount, paint, printable } from "../terminal.ts";
import { connect, remoteOptions } from "./remote.ts";
import type { RemoteOptions } from "./remote.ts";

interface DryRunOptions extends RemoteOptions, TraceRange {
  readonly config?: string[];
  readonly json?: boolean;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((a, b) => a + b, 0);
}

function mostFirst(counts: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(counts).toSorted(([, a], [, b]) => b - a);
}

function print({ detectors, rules, places, samples }: MaskingReport, traces: number): void {
  const total = sum(rules);
  process.stdout.write(
    total === 0
      ? `Nothing to mask in ${formatCount(traces)} traces.\n`
      : `${formatCount(total)} values would be masked in ${formatCount(traces)} traces.\n`,
  );
  for (const [detector, count] of mostFirst(detectors)) {
    const own = mostFirst(rules).filter(([rule]) => rule.startsWith(`${detector}.`));
    const variants = own.map(([rule, n]) => `${rule.slice(detector.length + 1)} ${formatCount(n)}`).join(", ");
    process.stdout.write(
      `  ${formatCount(count).padStart(9)}  ${printable(detector)}${variants === "" ? "" : `  ${paint("dim", printable(variants))}`}\n`,
    );
  }
  if (total === 0) return;
  process.stdout.write(`\n${paint("bold", "where")}\n`);
  for (const [place, counts] of Object.entries(places).toSorted(([, a], [, b]) => sum(b) - sum(a))) {
    const found = mostFirst(counts).map(([rule, count]) => `${rule} ${formatCount(count)}`);
    const line = `${formatCount(sum(counts)).padStart(9)}  ${printable(place)}  ${paint("dim", found.join(", "))}`;
    process.stdout.write(`  ${line}\n`);
  }
  process.stdout.write(`\n${paint("bold", "for example")}\n`);
  for (const [rule] of mostFirst(rules)) {
    for (const { traceId, spanId, place } of samples[rule] ?? []) {
      process.stdout.write(
        `  ${printable(rule)}  ${paint("dim", `trace ${traceId}${spanId === "" ? "" : ` span ${spanId}`}`)}  ${printable(place)}\n`,
      );
    }
  }
}

function add(run: MaskingDryRun, signal: keyof typeof members, json: string): void {
  run.add(signal, jsonToProtobuf(signal, Buffer.from(json)), () => itemsOf(signal, json));
}

interface PlainItem {
  readonly traceId?: string;
  readonly spanId?: string;
}

const members = {
  [Signal.traces]: { all: "resourceSpans", scopes: "scopeSpans", items: "spans" },
  [Signal.logs]: { all: "resourceLogs", scopes: "scopeLogs", items: "logRecords" },
} as const;

/** Spans or log records of a request in OTLP/JSON, each as a request of its own. */
function* itemsOf(signal: keyof typeof members, json: string): Generator<LocatedItem, void> {
  const { all, scopes, items } = members[signal];
  for (const resource of listOf(JSON.parse(json), all)) {
    for (const scope of listOf(resource, scopes)) {
      for (const item of listOf(scope, items)) {
        const { traceId = "", spanId = "" }: PlainItem = item;
        const one = { [all]: [{ ...resource, [scopes]: [{ ...scope, [items]: [item] }] }] };
        yield { traceId, spanId, request: jsonToProtobuf(signal, Buffer.from(JSON.stringify(one))) };
      }
    }
  }
}

function listOf(node: unknown, key: string): readonly object[] {
  return (node as Readonly<Record<string, readonly object[]>>)[key] ?? [];
}

export function addMasking(program: Command): void {
  const masking = program.command("masking").description("what masking does to what is stored");
  const command = masking
    .command("dry-run")
    .description(
      "count, by detector and place, what would be masked in stored traces, with places to look at; changes nothing and shows no value",
    )
    .option(
      "--config <file...>",
      "Collector configuration whose genai_masking to try (default: everything, as it comes)",
    )
    .option("--json", "print the counts as JSON");
  for (const option of [...rangeOptions(), ...remoteOptions()]) command.addOption(option);
  command.action(async (options: DryRunOptions) => {
    const run = new MaskingDryRun((await processorConfig(genAiMaskingComponent, options.config)) as GenAiMaskingConfig);
    let traces = 0;
    for await (const { spans, logs } of storedTraces(connect(options), options)) {
      add(run, Signal.traces, spans);
      if (logs !== undefined) add(run, Signal.logs, logs);
      traces++;
      if (process.stderr.isTTY && traces % 50 === 0) process.stderr.write(`\r${formatCount(traces)} traces`);
    }
    if (traces === 0) throw new CommandError("no trace in that range");
    const report = run.report();
    if (options.json === true) process.stdout.write(`${JSON.stringify({ traces, ...report })}\n`);
    else print(report, traces);
  });
}
