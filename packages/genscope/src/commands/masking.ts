import type { Command } from "commander";
import { genAiMaskingComponent, MaskingDryRun } from "@genscope/collector";
import type { GenAiMaskingConfig, MaskingReport } from "@genscope/collector";
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

function print({ rules, places }: MaskingReport, traces: number): void {
  const total = sum(rules);
  process.stdout.write(
    total === 0
      ? `Nothing to mask in ${formatCount(traces)} traces.\n`
      : `${formatCount(total)} values would be masked in ${formatCount(traces)} traces.\n`,
  );
  for (const [rule, count] of mostFirst(rules)) {
    process.stdout.write(`  ${formatCount(count).padStart(9)}  ${printable(rule)}\n`);
  }
  if (total > 0) process.stdout.write(`\n${paint("bold", "where")}\n`);
  for (const [place, counts] of Object.entries(places).toSorted(([, a], [, b]) => sum(b) - sum(a))) {
    const found = mostFirst(counts).map(([rule, count]) => `${rule} ${formatCount(count)}`);
    const line = `${formatCount(sum(counts)).padStart(9)}  ${printable(place)}  ${paint("dim", found.join(", "))}`;
    process.stdout.write(`  ${line}\n`);
  }
}

export function addMasking(program: Command): void {
  const masking = program.command("masking").description("what masking does to what is stored");
  const command = masking
    .command("dry-run")
    .description("count, by rule and place, what would be masked in stored traces; changes nothing and shows no value")
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
      run.add(Signal.traces, jsonToProtobuf(Signal.traces, Buffer.from(spans)));
      if (logs !== undefined) run.add(Signal.logs, jsonToProtobuf(Signal.logs, Buffer.from(logs)));
      traces++;
      if (process.stderr.isTTY && traces % 50 === 0) process.stderr.write(`\r${formatCount(traces)} traces`);
    }
    if (traces === 0) throw new CommandError("no trace in that range");
    const report = run.report();
    if (options.json === true) process.stdout.write(`${JSON.stringify({ traces, ...report })}\n`);
    else print(report, traces);
  });
}
