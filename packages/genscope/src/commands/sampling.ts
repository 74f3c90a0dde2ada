import { type Command, Option } from "commander";
import {
  loadConfig,
  meteringPrices,
  SamplingDryRun,
  type SamplingReport,
  tailSamplingComponent,
  toPlain,
  type TriedTrace,
} from "@genscope/collector";
import type { TailSamplingConfig } from "@genscope/collector";
import { jsonToProtobuf, Signal } from "@genscope/otlp";
import { processorConfig } from "../processor-config.ts";
import { rangeOptions, storedTraces } from "../stored-traces.ts";
import type { TraceRange } from "../stored-traces.ts";
import { CommandError, formatCount, paint, printable } from "../terminal.ts";
import { connect, remoteOptions } from "./remote.ts";
import type { RemoteOptions } from "./remote.ts";

interface DryRunOptions extends RemoteOptions, TraceRange {
  readonly config: string[];
  readonly list?: boolean;
  readonly json?: boolean;
}

function share(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`;
}

function line({ traceId, decision, policy, subPolicy, probability }: TriedTrace): string {
  const word = decision === "sampled" ? "kept" : decision === "dropped" ? "dropped" : "not kept";
  const by =
    policy === undefined ? "" : `  ${printable(policy)}${subPolicy === undefined ? "" : ` › ${printable(subPolicy)}`}`;
  const chance = decision === "sampled" && probability !== undefined ? `  ${paint("dim", share(probability, 1))}` : "";
  return `${traceId}  ${word.padEnd(8)}${by}${chance}\n`;
}

function print({ traces, spans, bytes, kept, policies }: SamplingReport): void {
  process.stdout.write(
    `${formatCount(kept.traces)} of ${formatCount(traces)} traces would be kept (${share(kept.traces, traces)}), ` +
      `${share(kept.spans, spans)} of the spans, ${share(kept.bytes, bytes)} of the bytes.\n`,
  );
  if (policies.length === 0) return;
  process.stdout.write(`\n${paint("bold", "    samples     keeps  policy")}\n`);
  for (const { policy, sampled, dropped, errors, keeps } of policies) {
    const notes = [
      ...(dropped > 0 ? [`drops ${formatCount(dropped)}`] : []),
      ...(errors > 0 ? [`could not be evaluated for ${formatCount(errors)}`] : []),
    ];
    const counts = `${formatCount(sampled).padStart(11)} ${formatCount(keeps).padStart(9)}`;
    process.stdout.write(`${counts}  ${printable(policy)}  ${paint("dim", notes.join(", "))}\n`);
  }
}

export function addSampling(program: Command): void {
  const sampling = program.command("sampling").description("what tail sampling makes of what is stored");
  const command = sampling
    .command("dry-run")
    .description("count, by policy, which stored traces tail sampling would keep; changes nothing")
    .addOption(
      new Option("--config <file...>", "Collector configuration whose tail_sampling to try").makeOptionMandatory(),
    )
    .option("--list", "print a line for each trace, with the policy and the probability that keep it")
    .option("--json", "print the counts as JSON (with --list: after a line of JSON for each trace)");
  for (const option of [...rangeOptions(), ...remoteOptions()]) command.addOption(option);
  command.action(async (options: DryRunOptions) => {
    const config = (await processorConfig(tailSamplingComponent, options.config)) as TailSamplingConfig;
    const connectors = toPlain((await loadConfig(options.config)).config["connectors"] ?? {});
    const prices = config.prices ?? meteringPrices(Object(connectors));
    const run = new SamplingDryRun(
      { ...config, prices },
      (message) => void process.stderr.write(`${printable(message)}\n`),
    );
    for await (const { spans } of storedTraces(connect(options), options)) {
      const tried = run.add(jsonToProtobuf(Signal.traces, Buffer.from(spans)));
      if (tried === undefined || options.list !== true) continue;
      process.stdout.write(options.json === true ? `${JSON.stringify(tried)}\n` : line(tried));
    }
    const report = run.report();
    if (report.traces === 0) throw new CommandError("no trace in that range");
    if (options.json === true) process.stdout.write(`${JSON.stringify(report)}\n`);
    else print(report);
  });
}
