import { readFile } from "node:fs/promises";
import { Argument, Option } from "commander";
import type { Command } from "commander";
import { CommandError } from "../terminal.ts";
import { connect, remoteOptions } from "./remote.ts";
import type { RemoteOptions } from "./remote.ts";

async function readStdin(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin.setEncoding("utf8")) text += chunk as string;
  return text;
}

export function addQuery(program: Command): void {
  const command = program
    .command("query")
    .description("read-only SQL over what is stored (ClickHouse dialect)")
    .addArgument(new Argument("[sql]", "the query; without it, read from standard input"))
    .addOption(new Option("--file <file>", "read the query from a file"))
    .addOption(
      new Option("--format <format>", "how to print the rows").choices(["table", "json", "csv"]).default("table"),
    )
    .option("--json", "same as --format json")
    .addHelpText(
      "after",
      '\nExample:\n  genscope query "SELECT response_model, count(), sum(output_tokens) FROM spans GROUP BY 1"\n  genscope query "SHOW TABLES"',
    );
  for (const option of remoteOptions()) command.addOption(option);
  command.action(
    async (
      sql: string | undefined,
      options: RemoteOptions & { file?: string; format: "table" | "json" | "csv"; json?: boolean },
    ) => {
      const text = sql ?? (options.file === undefined ? await readStdin() : await readFile(options.file, "utf8"));
      if (text.trim() === "") throw new CommandError('no query given. Try: genscope query "SHOW TABLES"');
      const answer = await connect(options).query({ sql: text, format: options.json ? "json" : options.format });
      process.stdout.write(answer.endsWith("\n") || answer === "" ? answer : `${answer}\n`);
    },
  );
}
