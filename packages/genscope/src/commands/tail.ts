import type { Command } from "commander";
import type { LiveSpan } from "@genscope/server/contract";
import { formatCount, formatDuration, paint, printable } from "../terminal.ts";
import { connect, remoteOptions } from "./remote.ts";
import type { RemoteOptions } from "./remote.ts";

/** One span on one line: time, duration, type, service, name, what it is about, tokens, error. */
export function describeSpan(span: LiveSpan): string {
  const time = new Date(Number(BigInt(span.startUnixNano) / 1_000_000n)).toISOString().slice(11, 23);
  const tokens =
    span.inputTokens === null && span.outputTokens === null
      ? ""
      : ` ${paint("dim", `${formatCount(span.inputTokens ?? 0)} → ${formatCount(span.outputTokens ?? 0)} tokens`)}`;
  const error = span.status === "error" ? ` ${paint("red", `error ${printable(span.statusMessage)}`.trim())}` : "";
  const label = span.label === null || span.name.includes(span.label) ? "" : ` ${printable(span.label)}`;
  return [
    paint("dim", time),
    formatDuration(span.durationNano).padStart(9),
    paint("cyan", span.type.padEnd(9)),
    paint("dim", printable(span.service)),
    `${printable(span.name)}${label}${tokens}${error}`,
    paint("dim", span.traceId.slice(0, 8)),
  ].join("  ");
}

export function addTail(program: Command): void {
  const command = program
    .command("tail")
    .description("spans as they arrive")
    .option("--json", "one JSON object a line")
    .option("--service <name>", "only this service")
    .option("--errors", "only failed spans");
  for (const option of remoteOptions()) command.addOption(option);
  command.action(async (options: RemoteOptions & { json?: boolean; service?: string; errors?: boolean }) => {
    const stop = new AbortController();
    process.once("SIGINT", () => stop.abort());
    if (!options.json)
      process.stderr.write(`${paint("dim", `waiting for spans at ${options.url} (Ctrl-C ends)`, process.stderr)}\n`);
    for await (const event of connect(options).live({ spans: true, signal: stop.signal })) {
      if (event.event !== "spans") continue;
      for (const span of event.data.spans) {
        if (options.service !== undefined && span.service !== options.service) continue;
        if (options.errors && span.status !== "error") continue;
        process.stdout.write(`${options.json ? JSON.stringify(span) : describeSpan(span)}\n`);
      }
      if (event.data.skipped > 0)
        process.stderr.write(
          `${paint("yellow", `… ${formatCount(event.data.skipped)} spans not shown, to keep up`)}\n`,
        );
    }
  });
}
