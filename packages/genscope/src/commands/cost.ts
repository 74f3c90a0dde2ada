import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { Option } from "commander";
import { parse } from "yaml";
import { type Journal, JournalError } from "@genscope/journal";
import { createPricing, parsePriceTable } from "@genscope/semconv/prices";
import type { RecomputeProgress } from "@genscope/server/contract";
import { costsByModel, openStore, recomputeCosts } from "@genscope/store";
import { prepareDataDir, readRunFile } from "../data-dir.ts";
import { openJournalIn } from "../open-journal-in.ts";
import { parseUpConfig, type Setting, type SettingName, settings, type UpConfig } from "../settings.ts";
import { CommandError, formatCount, note } from "../terminal.ts";
import { connect, remoteOptions } from "./remote.ts";
import type { RemoteOptions } from "./remote.ts";
import { stopRequested } from "./stop-requested.ts";

interface ListOptions extends RemoteOptions {
  readonly withoutPrice?: boolean;
  readonly json?: boolean;
}

function option(name: SettingName): Option {
  const setting: Setting = settings[name];
  const made = new Option(`${setting.flag} ${setting.argument}`, setting.description).env(setting.env);
  return setting.default === undefined ? made : made.default(setting.default, setting.defaultText);
}

export function addCost(program: Command): void {
  const cost = program.command("cost").description("what calls of models cost, by model, and which have no price");
  cost
    .option("--without-price", "only models with calls that no price is known for")
    .option("--json", "print the rows as JSON");
  for (const one of remoteOptions()) cost.addOption(one);
  cost.action(async (options: ListOptions) => {
    const sql = costsByModel(options.withoutPrice);
    process.stdout.write(await connect(options).query({ sql, format: options.json === true ? "json" : "table" }));
  });

  const recompute = cost
    .command("recompute")
    .description(
      "compute what stored calls cost by other prices, and what of them is counted: through the running Genscope, or without one",
    );
  for (const name of ["data", "storeUrl", "prices"] as const) recompute.addOption(option(name));
  recompute.action(async (own: Partial<Record<SettingName, string>>) => {
    const config = parseUpConfig(own);
    const table = config.prices === undefined ? undefined : readPriceFile(config.prices);
    const stopping = new AbortController();
    void stopRequested().then(() => stopping.abort());
    const isRemote = cost.getOptionValueSource("url") !== "default";
    const running = isRemote ? undefined : await openOr(config);
    await using open = new AsyncDisposableStack();
    let last: RecomputeProgress | undefined;
    const tell = (progress: RecomputeProgress): void => {
      last = progress;
      note(`${progress.done} of ${progress.of} days: ${formatCount(progress.calls)} calls`);
    };
    if (running !== undefined && "journal" in running) {
      open.use(running.journal);
      await recomputeHere(config, table, stopping.signal, tell);
    } else {
      const url = running === undefined ? {} : { url: running.url };
      const client = connect({ ...cost.opts<RemoteOptions>(), ...url });
      for await (const progress of client.recomputeCosts(table, stopping.signal)) tell(progress);
    }
    if (last === undefined) return;
    if (last.done < last.of) {
      throw new CommandError(
        `stopped after ${last.done} of ${last.of} days; what is done stays. Run it again for the rest.`,
      );
    }
    process.stdout.write(
      `${formatCount(last.calls)} calls priced anew by ${last.version}; for ${formatCount(last.unpriced)} no price is known\n`,
    );
  });
}

/** The journal, which nobody else then has; or the address of who has it. */
async function openOr(config: UpConfig): Promise<{ readonly journal: Journal } | { readonly url: string }> {
  await prepareDataDir(config.data);
  try {
    return { journal: await openJournalIn(config, note) };
  } catch (error) {
    const { cause } = error as Error;
    const run = cause instanceof JournalError && cause.code === "locked" ? await readRunFile(config.data) : undefined;
    if (run === undefined) throw error;
    return { url: run.url };
  }
}

async function recomputeHere(
  config: UpConfig,
  table: unknown,
  signal: AbortSignal,
  tell: (progress: RecomputeProgress) => void,
): Promise<void> {
  const pricing = createPricing(table === undefined ? undefined : parsePriceTable(table));
  const url = config.storeUrl === undefined ? {} : { url: config.storeUrl };
  await using store = await openStore({ dataDir: join(config.data, "store"), ...url });
  await store.ready();
  const onProgress = (progress: Omit<RecomputeProgress, "version">): void =>
    tell({ ...progress, version: pricing.version });
  await recomputeCosts(store.client, pricing, { signal, onProgress }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

/** A price table as it is written. @throws {CommandError} for one that cannot be used, with what is wrong with it */
function readPriceFile(path: string): unknown {
  try {
    const table: unknown = parse(readFileSync(path, "utf8"));
    parsePriceTable(table);
    return table;
  } catch (error) {
    throw new CommandError(`the price table ${path}: ${(error as Error).message}`, { cause: error });
  }
}
