import { type Command, Option } from "commander";
import { Catalogue, type CatalogueEntry, kinds, toPlain } from "@genscope/collector";
import { describeCollector } from "../collector/describe-collector.ts";
import { genscopeExporter } from "../collector/genscope-exporter.ts";
import { loadCollectorConfig } from "../collector/load-collector-config.ts";
import { redact } from "../collector/redact.ts";
import { startConfigured } from "../collector/run-configured.ts";
import { parseUpConfig, type RawSettings, type Setting, type SettingName, settings } from "../settings.ts";
import { formatBytes, note } from "../terminal.ts";
import { stopRequested } from "./stop-requested.ts";
import { stringify } from "yaml";

/** The options of a configuration, of `collector` and `up`. */
export interface FileOptions {
  readonly config?: readonly string[];
  readonly set?: readonly string[];
  readonly strict?: boolean;
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

export function fileOptions(): Option[] {
  return [
    new Option(
      "--config <file>",
      "Collector configuration: a file, or a yaml: or env: URI; repeat it to merge several",
    ).argParser(collect),
    new Option("--set <key=value>", "one value over the files': --set processors.batch.timeout=2s").argParser(collect),
    new Option(
      "--strict",
      "as the Collector has it, where Genscope means better: metrics behind samplers, retries end after five minutes",
    ),
  ];
}

/** Settings of `up` that a collector has no use for: its receivers are in the configuration. */
const inConfiguration: ReadonlySet<SettingName> = new Set(["grpcPort", "httpPort", "corsOrigins", "prices"]);

type CollectorOptions = FileOptions & RawSettings;

/** Runs a configuration until somebody asks it to stop. SIGHUP reads it again. */
export async function runConfiguration(options: CollectorOptions, withStore: boolean): Promise<void> {
  const up = parseUpConfig(options);
  process.umask(0o077);
  const stop = stopRequested();
  const configured = await startConfigured({
    files: { config: options.config ?? [], set: options.set ?? [], isStrict: options.strict ?? false },
    settings: up,
    isStrict: options.strict ?? false,
    withStore,
    onNote: note,
  });
  let reloading: Promise<void> = Promise.resolve();
  process.on("SIGHUP", () => {
    reloading = reloading.then(() => configured.reload());
  });
  const { collector, config, startMs } = configured;
  const ui = configured.store?.endpoints.ui;
  process.stdout.write(describeCollector({ collector, config, dataDir: up.data, startMs, ui }));
  await stop;
  process.stderr.write("\n");
  note("stopping: no new data, exporting what is in the journals …");
  await reloading;
  await configured.stop();
  const left = configured.leftBytes();
  if (left > 0) note(`${formatBytes(left)} are safe in the journals and will be exported at the next start.`);
  process.exitCode = 0;
}

export function addCollector(program: Command): void {
  const command = program
    .command("collector")
    .description("run OpenTelemetry Collector configuration (docs/collector.md)");
  for (const option of fileOptions()) command.addOption(option);
  for (const [name, setting] of Object.entries(settings) as [SettingName, Setting][]) {
    if (inConfiguration.has(name)) continue;
    const option = new Option(`${setting.flag} ${setting.argument}`, setting.description).env(setting.env);
    if (setting.default !== undefined) option.default(setting.default, setting.defaultText);
    command.addOption(option);
  }
  command.action((options: CollectorOptions) => runConfiguration(options, false));

  const catalogue = new Catalogue([genscopeExporter(() => undefined)]);
  command
    .command("validate")
    .description("check a configuration and say everything that is wrong with it")
    .action(async (_options, own: Command) => {
      const { config = [], set = [], strict: isStrict = false } = own.optsWithGlobals<FileOptions>();
      const checked = await loadCollectorConfig({ config, set, isStrict }, catalogue);
      for (const warning of checked.config.warnings) note(warning);
      process.stdout.write(`valid: ${checked.config.pipelines.map(({ id }) => id).join(", ")}\n`);
    });
  command
    .command("components")
    .description("list the components there are")
    .option("--json", "as JSON")
    .action((options: { readonly json?: boolean }) => {
      process.stdout.write(
        options.json ? `${JSON.stringify(componentList(catalogue), null, 2)}\n` : componentText(catalogue),
      );
    });
  command
    .command("print-config")
    .description("print the configuration with files merged and ${…} expanded")
    .addOption(
      new Option("--mode <mode>", "show secrets, or not").choices(["redacted", "unredacted"]).default("redacted"),
    )
    .addOption(new Option("--format <format>", "how").choices(["yaml", "json"]).default("yaml"))
    .action(async (options: { readonly mode: string; readonly format: string }, own: Command) => {
      const { config, set } = own.optsWithGlobals<FileOptions>();
      const { loaded } = await loadCollectorConfig({ config: config ?? [], set: set ?? [] }, catalogue);
      const plain = toPlain(loaded.config);
      const shown = options.mode === "redacted" ? redact(plain) : plain;
      process.stdout.write(options.format === "json" ? `${JSON.stringify(shown, null, 2)}\n` : stringify(shown));
    });
}

function componentList({ entries }: Catalogue): Record<string, readonly object[]> {
  const of = (kind: string): readonly CatalogueEntry[] =>
    entries
      .filter(({ component }) => component.kind === kind)
      .toSorted((a, b) => (a.component.type < b.component.type ? -1 : 1));
  return Object.fromEntries(
    kinds.map((kind) => [
      kind,
      of(kind).map(({ component: { type, aliases = [], signals, gives } }) => ({
        name: type,
        ...(aliases.length === 0 ? {} : { aliases }),
        ...(signals.length === 0 ? {} : { signals }),
        ...(gives === undefined ? {} : { gives }),
      })),
    ]),
  );
}

function componentText(catalogue: Catalogue): string {
  return stringify(componentList(catalogue), { aliasDuplicateObjects: false });
}
