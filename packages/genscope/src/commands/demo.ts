import type { Command } from "commander";
import { runDemo } from "../demo.ts";

export function addDemo(program: Command): void {
  program
    .command("demo")
    .description("send real traces of a RAG service and a multi-agent run, without any key")
    .option(
      "--endpoint <url>",
      "OTLP/HTTP endpoint to send to",
      process.env["OTEL_EXPORTER_OTLP_ENDPOINT"] ?? "http://127.0.0.1:4318",
    )
    .option(
      "--ui <url>",
      "where the UI is, for the links printed",
      process.env["GENSCOPE_URL"] ?? "http://127.0.0.1:4319",
    )
    .action(async (options: { endpoint: string; ui: string }) => {
      const stop = new AbortController();
      const onSignal = (): void => stop.abort();
      process.once("SIGINT", onSignal);
      try {
        await runDemo({
          otlpEndpoint: options.endpoint,
          uiUrl: options.ui,
          log: (line: string) => process.stdout.write(`${line}\n`),
          signal: stop.signal,
        });
      } finally {
        process.off("SIGINT", onSignal);
      }
    });
}
