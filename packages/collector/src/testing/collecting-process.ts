/**
 * Started as a process by tests that kill it: a collector of the YAML text in argv[2] on the data directory in argv[3]. Prints a line of JSON with its
 * endpoints once it runs, and another after every SIGHUP, which has it read argv[4] (a file) as its new configuration.
 */
import { readFile } from "node:fs/promises";
import { writeSync } from "node:fs";
import { Catalogue } from "../catalogue.ts";
import { startCollector } from "../start-collector.ts";
import { configOf } from "./collector-harness.ts";

const [yaml = "", dataDir = "", next = ""] = process.argv.slice(2);
const catalogue = new Catalogue();
const collector = await startCollector({
  config: await configOf(yaml, catalogue),
  catalogue,
  dataDir,
  onWarning: (message) => process.stderr.write(`${message}\n`),
});
writeSync(1, `${JSON.stringify(collector.endpoints)}\n`);

async function reload(): Promise<void> {
  await collector.reload(await configOf(await readFile(next, "utf8"), catalogue));
  writeSync(1, `${JSON.stringify(collector.endpoints)}\n`);
}
process.on("SIGHUP", () => void reload());
