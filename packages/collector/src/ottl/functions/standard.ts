import type { ContextName } from "../contexts.ts";
import { collections } from "./collections.ts";
import { communityIdConverter } from "./community-id.ts";
import { eachConverters, eachEditors } from "./each.ts";
import { editors } from "./editors.ts";
import { flatten } from "./flatten.ts";
import { type FunctionTable, functionTable, type OttlFunction } from "./function.ts";
import { extractGrokPatterns } from "./grok.ts";
import { hashes } from "./hashes.ts";
import { lambdas } from "./lambdas.ts";
import { parsers } from "./parsers.ts";
import { replacers } from "./replace.ts";
import { texts } from "./text.ts";
import { times } from "./times.ts";
import { types } from "./types.ts";
import { userAgent } from "./user-agent.ts";
import { xmlConverters } from "./xml.ts";
import { xxhashes } from "./xxhash.ts";

export const standardEditors: readonly OttlFunction[] = [...editors, flatten, ...replacers, ...eachEditors];

const converters: readonly OttlFunction[] = [
  ...types,
  ...texts,
  ...collections,
  ...lambdas,
  ...hashes,
  ...xxhashes,
  ...times,
  ...parsers,
  ...xmlConverters,
  extractGrokPatterns,
  userAgent,
  communityIdConverter,
  ...eachConverters,
];

/** Converters for statements and conditions about one kind of item. */
export function standardConverters(context: ContextName): readonly OttlFunction[] {
  return context === "span" ? converters : converters.filter(({ name }) => name !== "IsRootSpan");
}

/** Everything for statements. */
export function statementFunctions(context: ContextName, more: readonly OttlFunction[] = []): FunctionTable {
  return functionTable(standardEditors, standardConverters(context), more);
}

/** Everything for conditions on their own. */
export function conditionFunctions(context: ContextName, more: readonly OttlFunction[] = []): FunctionTable {
  return functionTable(standardConverters(context), more);
}
