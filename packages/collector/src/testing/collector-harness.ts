import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Catalogue } from "../catalogue.ts";
import type { CatalogueEntry } from "../catalogue-entry.ts";
import { loadConfig } from "../config/load-config.ts";
import { type Config, parseConfig } from "../config/parse-config.ts";
import { type Collector, type CollectorOptions, startCollector } from "../start-collector.ts";

export interface HarnessOptions extends Partial<Omit<CollectorOptions, "config" | "catalogue">> {
  /** Components of the test's own. */
  readonly more?: readonly CatalogueEntry[];
}

/** Parses YAML as the command would. */
export async function configOf(yaml: string, catalogue: Catalogue = new Catalogue()): Promise<Config> {
  return parseConfig(await loadConfig([`yaml:${yaml}`], { env: {} }), catalogue.registry);
}

/** A collector of YAML text, its own metrics not served. */
export async function runCollector(
  yaml: string,
  dataDir: string,
  { more = [], ...options }: HarnessOptions = {},
): Promise<Collector & AsyncDisposable> {
  const catalogue = new Catalogue(more);
  const config = await configOf(quiet(yaml), catalogue);
  const collector = await startCollector({ ...options, config, catalogue, dataDir });
  return Object.assign(collector, { [Symbol.asyncDispose]: () => collector.stop({ drainMs: 0 }) });
}

/** Without the default port for the collector's own metrics, which tests at the same time would fight over. */
export function quiet(yaml: string): string {
  return yaml.replace(/^service:$/m, "service:\n  telemetry: {metrics: {level: none}}");
}

export function endpointOf(collector: Collector, protocol: "OTLP/gRPC" | "OTLP/HTTP", receiver = "otlp"): string {
  const found = collector.endpoints.find((one) => one.receiver === receiver && one.protocol === protocol);
  if (found === undefined) throw new Error(`no ${protocol} endpoint of ${receiver}`);
  return found.url;
}

/** What a counter has counted, over all series whose labels include these. */
export function countOf({ telemetry }: Collector, name: string, labels: Readonly<Record<string, string>> = {}): number {
  return telemetry
    .read()
    .filter((one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value))
    .reduce((sum, { value }) => sum + (typeof value === "number" ? value : 0), 0);
}

export async function until(isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`in vain waited until ${what}`);
    await sleep(10);
  }
}

export interface TempDir extends AsyncDisposable {
  readonly path: string;
}

export async function tempDir(): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), "genscope-collector-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
