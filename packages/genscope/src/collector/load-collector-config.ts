import {
  type Catalogue,
  type Config,
  ConfigError,
  type LoadedConfig,
  loadConfig,
  parseConfig,
  tryProcessors,
} from "@genscope/collector";
import { CommandError } from "../terminal.ts";

export interface CollectorFiles {
  /** Paths and URIs, later ones over earlier ones. */
  readonly config: readonly string[];
  readonly set: readonly string[];
  readonly isStrict?: boolean;
}

/** Reads and checks what `--config` and `--set` say. Throws a {@link CommandError} with everything that is wrong, a line each. */
export async function loadCollectorConfig(
  { config, set, isStrict = false }: CollectorFiles,
  catalogue: Catalogue,
): Promise<{ readonly loaded: LoadedConfig; readonly config: Config }> {
  if (config.length === 0) {
    throw new CommandError(
      "--config is needed: a file of Collector configuration, or several, or yaml:… and env:… URIs",
    );
  }
  try {
    const loaded = await loadConfig(config, { set });
    const parsed = parseConfig(loaded, catalogue.registry, { isStrict });
    tryProcessors(parsed, catalogue, loaded.positions);
    return { loaded, config: parsed };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const count = error.problems.length;
    const head = `the configuration cannot run${count > 1 ? ` (${count} problems)` : ""}:`;
    throw new CommandError(`${head}\n  ${error.message.replaceAll("\n", "\n  ")}`, { cause: error });
  }
}
