#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { restartWithFlags } from "./collector/restart-with-flags.ts";
import { CommandError, fail } from "./terminal.ts";
import { version } from "./version.ts";

const program = new Command("genscope")
  .description("LLM tracing on OpenTelemetry: every model call, RAG step, tool call and agent decision, on one screen.")
  .version(version)
  .showHelpAfterError("(genscope --help lists the commands)")
  .showSuggestionAfterError()
  .configureHelp({ showGlobalOptions: true })
  .exitOverride();

/** In the order of the help. Each is loaded by itself, so that a collector does not carry the store and its server. */
const commands: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  up: async () => (await import("./commands/up.ts")).addUp,
  collector: async () => {
    // not for subcommands, which are over soon
    if (process.argv[3]?.startsWith("--")) restartWithFlags();
    return (await import("./commands/collector.ts")).addCollector;
  },
  demo: async () => (await import("./commands/demo.ts")).addDemo,
  status: async () => (await import("./commands/status.ts")).addStatus,
  tail: async () => (await import("./commands/tail.ts")).addTail,
  query: async () => (await import("./commands/query.ts")).addQuery,
  import: async () => (await import("./commands/import.ts")).addImport,
  export: async () => (await import("./commands/export.ts")).addExport,
  cost: async () => (await import("./commands/cost.ts")).addCost,
  masking: async () => (await import("./commands/masking.ts")).addMasking,
  sampling: async () => (await import("./commands/sampling.ts")).addSampling,
};

const [word = ""] = process.argv.slice(2);
const isKnown = Object.hasOwn(commands, word);

try {
  // the default command would take it for an argument of its own
  if (!isKnown && word !== "help" && /^[^-]/.test(word)) {
    const { didYouMean } = await import("@genscope/collector");
    const names = Object.keys(commands);
    throw new CommandError(`unknown command "${word}": ${didYouMean(word, names) ?? `there are ${names.join(", ")}`}`);
  }
  for (const load of isKnown ? [commands[word]!] : Object.values(commands)) (await load())(program);
  await program.parseAsync();
} catch (error) {
  // commander has already printed its own complaints, and throws for --help and --version too
  if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else fail(error);
}
