import { join } from "node:path";
import type { Command } from "commander";
import { Option } from "commander";
import { pricingOf } from "@genscope/collector";
import { costsByModel, openStore, recomputeCosts } from "@genscope/store";
import { prepareDataDir } from "../data-dir.ts";
import { openJournalIn } from "../open-journal-in.ts";
import { parseUpConfig, type Setting, type SettingName, settings } from "../settings.ts";
import { formatCount, note } from "../terminal.ts";
import { connect, remoteOptions } from "./remote.ts";
import type { RemoteOptions } from "./remote.ts";

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
    .description("compute what stored calls cost by other prices; nothing may run on the data directory meanwhile");
  for (const name of ["data", "storeUrl", "prices"] as const) recompute.addOption(option(name));
  recompute.action(async (options: Partial<Record<SettingName, string>>) => {
    const config = parseUpConfig(options);
    const pricing = pricingOf(config.prices);
    await prepareDataDir(config.data);
    await using open = new AsyncDisposableStack();
    // whoever runs on the directory has it open
    open.use(await openJournalIn(config, note));
    const url = config.storeUrl === undefined ? {} : { url: config.storeUrl };
    const store = open.use(await openStore({ dataDir: join(config.data, "store"), ...url }));
    await store.ready();
    const { calls, unpriced } = await recomputeCosts(store.client, pricing);
    process.stdout.write(
      `${formatCount(calls)} calls priced anew by ${pricing.version}; for ${formatCount(unpriced)} no price is known\n`,
    );
  });
}
