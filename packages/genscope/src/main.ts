#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { addCollector } from "./commands/collector.ts";
import { addDemo } from "./commands/demo.ts";
import { addExport } from "./commands/export.ts";
import { addImport } from "./commands/import.ts";
import { addMasking } from "./commands/masking.ts";
import { addQuery } from "./commands/query.ts";
import { addStatus } from "./commands/status.ts";
import { addTail } from "./commands/tail.ts";
import { addUp } from "./commands/up.ts";
import { fail } from "./terminal.ts";
import { version } from "./version.ts";

const program = new Command("genscope")
  .description("LLM tracing on OpenTelemetry: every model call, RAG step, tool call and agent decision, on one screen.")
  .version(version)
  .showHelpAfterError("(genscope --help lists the commands)")
  .showSuggestionAfterError()
  .configureHelp({ showGlobalOptions: true })
  .exitOverride();

for (const add of [addUp, addCollector, addDemo, addStatus, addTail, addQuery, addImport, addExport, addMasking])
  add(program);

try {
  await program.parseAsync();
} catch (error) {
  // commander has already printed its own complaints, and throws for --help and --version too
  if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else fail(error);
}
