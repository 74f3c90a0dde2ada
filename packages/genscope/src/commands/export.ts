import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { Option } from "commander";
import type { Command } from "commander";
import { jsonToProtobuf, Signal } from "@genscope/otlp";
import { CommandError, formatCount } from "../terminal.ts";
import { connect, remoteOptions } from "./remote.ts";
import type { RemoteOptions } from "./remote.ts";

interface ExportOptions extends RemoteOptions {
  readonly from?: string;
  readonly to?: string;
  readonly trace?: string[];
  readonly service?: string;
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
    .description("write stored traces to a file: OTLP JSON, a trace a line, or length-framed protobuf")
    .option("--from <time>", "start of the range, RFC 3339 (default: everything)")
    .option("--to <time>", "end of the range")
    .option("--trace <id...>", "only these traces")
    .option("--service <name>", "only traces with this service")
    .addOption(new Option("--format <format>", "file format").choices(["json", "protobuf"]).default("json"))
    .option("--out <file>", "file to write (default: standard output)");
  for (const option of remoteOptions()) command.addOption(option);
  command.action(async (options: ExportOptions) => {
    const client = connect(options);
    const out = options.out === undefined ? process.stdout : createWriteStream(options.out);
    let count = 0;

    async function* ids(): AsyncGenerator<string> {
      if (options.trace !== undefined) {
        yield* options.trace;
        return;
      }
      let cursor: string | null | undefined;
      do {
        const page = await client.traces({
          from: options.from ?? "1970-01-01T00:00:00Z",
          order: "asc",
          limit: 500,
          ...(options.to === undefined ? {} : { to: options.to }),
          ...(options.service === undefined ? {} : { service: options.service }),
          ...(cursor === undefined || cursor === null ? {} : { cursor }),
        });
        for (const trace of page.traces) yield trace.traceId;
        cursor = page.next;
      } while (cursor !== null);
    }

    for await (const traceId of ids()) {
      const json = await client.traceOtlp(traceId);
      const bytes = Buffer.from(json);
      const ready = out.write(
        options.format === "json" ? `${json.trimEnd()}\n` : frame(jsonToProtobuf(Signal.traces, bytes)),
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
