import { createTelemetry } from "../graph/telemetry.ts";
import type { Catalogue } from "../catalogue.ts";
import { ConfigError } from "./config-error.ts";
import type { Config } from "./parse-config.ts";
import type { Positions } from "./positions.ts";
import { Problems } from "./problems.ts";

/**
 * Makes every stateless processor once, as a start would: what only their factories can tell, such as statements that do not parse.
 *
 * @throws {ConfigError} with what they say.
 */
export function tryProcessors(config: Config, catalogue: Catalogue, positions: Positions): void {
  const problems = new Problems(positions);
  for (const { id, component, config: own } of config.components.processors.values()) {
    const entry = catalogue.entryOf(component);
    if (entry.role !== "stateless") continue;
    try {
      entry.make(own, { id, telemetry: createTelemetry(), warn: () => {} });
    } catch (error) {
      problems.add(["processors", id], `processors::${id}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (problems.all.length > 0) throw new ConfigError(problems.all);
}
