import { filterFunctions } from "../processors/filter/functions.ts";
import { transformFunctions } from "../processors/transform/functions.ts";
import { eachConverters, eachEditors } from "./functions/each.ts";
import type { OttlFunction } from "./functions/function.ts";
import { standardConverters, standardEditors } from "./functions/standard.ts";

const own = new Set([...eachEditors, ...eachConverters]);

function signatureOf({ name, parameters }: OttlFunction): string {
  const list = Object.entries(parameters).map(([key, { isOptional }]) => (isOptional ? `[${key}]` : key));
  return `\`${name}(${list.join(", ")})\``;
}

function line(functions: readonly OttlFunction[]): string {
  return functions
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(signatureOf)
    .join(" · ");
}

/** Every function there is with its parameters, those in brackets optional, as Markdown. */
export function functionsMarkdown(): string {
  const upstream = (functions: readonly OttlFunction[]): readonly OttlFunction[] =>
    functions.filter((one) => !own.has(one));
  const rows = [
    ["Editors, in statements", upstream(standardEditors)],
    ["Converters, everywhere", upstream(standardConverters("span"))],
    ["`transform`, context span", transformFunctions("span")],
    ["`transform`, context metric", transformFunctions("metric")],
    ["`transform`, context datapoint", transformFunctions("datapoint")],
    ["`filter`, context metric", filterFunctions("metric")],
    ["Beyond the Collector", [...own]],
  ] as const;
  return `| where | functions |\n| --- | --- |\n${rows.map(([where, functions]) => `| ${where} | ${line(functions)} |`).join("\n")}`;
}
