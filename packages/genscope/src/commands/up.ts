import { Option } from "commander";
import type { Command } from "commander";
import { banner } from "../banner.ts";
import { startGenscope } from "../runtime.ts";
import { parseUpConfig, settings } from "../settings.ts";
import type { RawSettings, Setting } from "../settings.ts";
import { formatBytes, formatCount, note } from "../terminal.ts";
import { fileOptions, type FileOptions, runConfiguration } from "./collector.ts";
import { stopRequested } from "./stop-requested.ts";

export function addUp(program: Command): void {
  const command = program
    .command("up", { isDefault: true })
    .description("start Genscope: OTLP ports, store, UI and API (default)");
  for (const setting of Object.values<Setting>(settings)) {
    const option = new Option(`${setting.flag} ${setting.argument}`, setting.description).env(setting.env);
    if (setting.default !== undefined) option.default(setting.default, setting.defaultText);
    command.addOption(option);
  }
  for (const option of fileOptions()) command.addOption(option);
  command.action(async (options: FileOptions & RawSettings) => {
    if (options.config !== undefined) return runConfiguration(options, true);
    const config = parseUpConfig(options);
    // prompts and answers are nobody else's to read; the engine's process has it from this one
    process.umask(0o077);
    const stop = stopRequested();
    const genscope = await startGenscope(config, { onNote: note });
    process.stdout.write(banner(genscope.endpoints, config.data, genscope.startMs));
    await stop;
    process.stderr.write("\n");
    note("stopping: no new data, storing what is in the journal …");
    const { stored, unstoredBytes } = await genscope.stop();
    note(
      `stored ${formatCount(stored.spans)} spans, ${formatCount(stored.logs)} log records, ${formatCount(stored.points)} data points since the start.`,
    );
    if (unstoredBytes > 0)
      note(`${formatBytes(unstoredBytes)} are safe in the journal and will be stored at the next start.`);
    process.exitCode = 0;
  });
}
