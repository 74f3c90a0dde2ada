import { Option } from "commander";
import type { Command } from "commander";
import { createOtlpHttpClient, withRetry } from "@genscope/otlp/client";
import type { SignalName } from "@genscope/otlp";
import { readOtlpFile } from "../otlp-file.ts";
import { CommandError, formatCount, paint } from "../terminal.ts";

interface ImportOptions {
  readonly endpoint: string;
  readonly apiKey?: string;
  readonly signal: SignalName;
  readonly json?: boolean;
}

export function addImport(program: Command): void {
  program
    .command("import")
    .description("send files of OTLP data to a running Genscope (JSON lines, JSON, protobuf; gzip and zstd too)")
    .argument("<files...>", "files, as `genscope export` or the Collector's file exporter write them")
    .addOption(
      new Option("--endpoint <url>", "OTLP/HTTP endpoint")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT")
        .default("http://127.0.0.1:4318"),
    )
    .addOption(new Option("--api-key <key>", "its key, if it has one").env("GENSCOPE_API_KEY"))
    .addOption(
      new Option("--signal <signal>", "what protobuf files hold")
        .choices(["traces", "logs", "metrics"])
        .default("traces"),
    )
    .option("--json", "the totals as JSON")
    .action(async (files: string[], options: ImportOptions) => {
      const common = {
        endpoint: options.endpoint,
        compression: "gzip",
        ...(options.apiKey === undefined ? {} : { headers: { authorization: `Bearer ${options.apiKey}` } }),
      } as const;
      await using protobuf = withRetry(createOtlpHttpClient({ ...common, encoding: "protobuf" }));
      await using json = withRetry(createOtlpHttpClient({ ...common, encoding: "json" }));
      const totals = { requests: 0, accepted: 0, rejected: 0, failed: 0 };
      for (const file of files) {
        for await (const request of readOtlpFile(file, options.signal)) {
          try {
            const client = request.encoding === "json" ? json : protobuf;
            const result = await client.send(request.signal, request.body);
            totals.requests++;
            totals.rejected += result.rejected;
            if (result.message !== "") process.stderr.write(`${file}, ${request.place}: ${result.message}\n`);
          } catch (error) {
            totals.failed++;
            process.stderr.write(
              `${paint("red", "failed", process.stderr)}  ${file}, ${request.place}: ${(error as Error).message}\n`,
            );
          }
          if (process.stderr.isTTY && totals.requests % 100 === 0)
            process.stderr.write(`\r${formatCount(totals.requests)} requests`);
        }
      }
      if (options.json) process.stdout.write(`${JSON.stringify(totals)}\n`);
      else
        process.stdout.write(
          `${formatCount(totals.requests)} requests sent, ${formatCount(totals.rejected)} items rejected\n`,
        );
      if (totals.failed > 0) throw new CommandError(`${totals.failed} requests could not be sent`);
    });
}
