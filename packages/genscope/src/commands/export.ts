import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { Option } from "commander";
import type { Command } from "commander";
import { jsonToProtobuf, Signal } from "@genscope/otlp";
import { rangeOptions, storedTraces } from "../stored-traces.ts";
import type { TraceRange } from "../stored-traces.ts";
import { CommandError, formatCount } from "../terminal.ts";
import { connect, remoteOptions } from "./remote.ts";
import type { RemoteOptions } from "./remote.ts";

interface ExportOptions extends RemoteOptions, TraceRange {
  readonly format: "json" | "protobuf";
  readonly out?: string;
}

function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(4 + message.length);
  framed.writeUInt32BE(message.length, 0);
  framed.set(message, 4);
  return framed;
}

export function addExport(program: Command): void {
  const command = program
    .command("export")
    .description(
      "write stored traces to a file: OTLP JSON lines (a trace, then its log records), or length-framed protobuf (spans alone)",
    );
  for (const option of rangeOptions()) command.addOption(option);
  command
    .addOption(new Option("--format <format>", "file format").choices(["json", "protobuf"]).default("json"))
    .option("--out <file>", "file to write (default: standard output)");
  for (const option of remoteOptions()) command.addOption(option);
  command.action(async (options: ExportOptions) => {
    const out = options.out === undefined ? process.stdout : createWriteStream(options.out);
    let count = 0;
    for await (const { spans, logs } of storedTraces(connect(options), options)) {
      const lines = logs === undefined ? `${spans}\n` : `${spans}\n${logs}\n`;
      const ready = out.write(
        options.format === "json" ? lines : frame(jsonToProtobuf(Signal.traces, Buffer.from(spans))),
      );
      if (!ready) await once(out, "drain");
      count++;
      if (process.stderr.isTTY && count % 50 === 0) process.stderr.write(`\r${formatCount(count)} traces`);
    }
    if (options.out !== undefined) {
      out.end();
      await once(out, "finish");
    }
    if (count === 0) throw new CommandError("no trace in that range");
    process.stderr.write(
      `${formatCount(count)} traces written${options.out === undefined ? "" : ` to ${options.out}`}\n`,
    );
  });
}
