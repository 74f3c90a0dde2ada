import { settings } from "./settings.ts";
import type { Setting } from "./settings.ts";

/** docs/config.md, from the table of settings. `scripts/config-doc.ts` writes it, a test holds it to this. */
export function configDoc(): string {
  const rows = Object.values<Setting>(settings).map(
    ({ flag, argument, env, default: value, defaultText, description }) =>
      `| \`${flag} ${argument.replaceAll("|", "\\|")}\` | \`${env}\` | ${value === undefined ? "" : `\`${defaultText ?? value}\``} | ${description} |`,
  );
  return [
    "# Settings of `genscope up`",
    "",
    "Made from `packages/genscope/src/settings.ts` by `npm run docs`; do not edit. A flag wins over its environment variable.",
    "",
    "| flag | environment | default | what it does |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}
