import { readFileSync } from "node:fs";
import { type PriceTable, parsePriceTable } from "@genscope/semconv/prices";
import { parse } from "yaml";

/** Reads a user's price table. @throws {Error} that names the file and what is wrong with it */
export function readPriceFile(path: string): PriceTable {
  try {
    return parsePriceTable(parse(readFileSync(path, "utf8")));
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new Error(`the price table ${path}: ${what}`, { cause: error });
  }
}
