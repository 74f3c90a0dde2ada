import type { ConfigMap } from "./config-value.ts";
import { expandConfig } from "./expand.ts";
import { mergeMaps } from "./merge.ts";
import type { Positions } from "./positions.ts";
import { parseSet, retrieve, retrieveConfig, type RetrieveOptions } from "./retrieve.ts";

/** A configuration as written: merged and expanded, not yet understood. */
export interface LoadedConfig {
  readonly config: ConfigMap;
  readonly positions: Positions;
  readonly warnings: readonly string[];
}

export interface LoadOptions {
  /** `key=value`, over everything else. */
  readonly set?: readonly string[];
  readonly env?: RetrieveOptions["env"];
}

/**
 * Reads what `--config` names, one after the other, merges them in that order, and expands `${…}`.
 *
 * @throws {ConfigError} naming the place.
 */
export async function loadConfig(uris: readonly string[], options: LoadOptions = {}): Promise<LoadedConfig> {
  const positions: Positions = new Map();
  const warnings = new Set<string>();
  const using: RetrieveOptions = {
    env: options.env ?? process.env,
    onWarning: (message) => void warnings.add(message),
  };
  let merged: ConfigMap = {};
  for (const uri of uris) merged = mergeMaps(merged, await retrieveConfig(uri, using, positions));
  for (const assignment of options.set ?? []) merged = mergeMaps(merged, parseSet(assignment));
  const config = await expandConfig(merged, (reference) => retrieve(reference, using), positions);
  return { config, positions, warnings: [...warnings] };
}
