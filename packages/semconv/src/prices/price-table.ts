import type { Rates, TieredPrice } from "./rates.ts";

/** A row of a user's price table: for which calls, and what they cost. */
export interface PriceRow {
  readonly matches: (provider: string, model: string) => boolean;
  /** From and until when, in milliseconds since the Unix epoch. */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly rates: Rates;
}

/** A table that a user wrote. The first row that fits a call counts. */
export interface PriceTable {
  /** What the table calls itself. */
  readonly version: string | undefined;
  readonly rows: readonly PriceRow[];
}

/** A table that cannot be understood; the message says where. */
export class PriceTableError extends Error {
  override readonly name = "PriceTableError";
}

const rowKeys: ReadonlySet<string> = new Set([
  "provider",
  "model",
  "from",
  "until",
  "input",
  "output",
  "cache_read",
  "cache_write",
  "reasoning",
  "request",
  "above",
  "service_tiers",
]);
const priceKeys = ["input", "output", "cache_read", "cache_write", "reasoning"] as const;

/** Reads a table as YAML or JSON gives it (docs/metering.md). @throws {PriceTableError} */
export function parsePriceTable(value: unknown): PriceTable {
  const table = mapAt(value, "the table");
  for (const key of Object.keys(table)) {
    if (key !== "version" && key !== "prices") throw new PriceTableError(`the table has no "${key}": version, prices`);
  }
  const { version, prices } = table;
  if (version !== undefined && typeof version !== "string") throw new PriceTableError("version: must be text");
  if (!Array.isArray(prices)) throw new PriceTableError("prices: must be a list of rows");
  return { version, rows: prices.map((row, index) => parseRow(mapAt(row, `prices[${index}]`), `prices[${index}]`)) };
}

function mapAt(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new PriceTableError(`${where}: must be a map`);
  }
  return value as Record<string, unknown>;
}

function parseRow(row: Record<string, unknown>, where: string): PriceRow {
  for (const key of Object.keys(row)) {
    if (!rowKeys.has(key)) throw new PriceTableError(`${where}: has no "${key}": ${[...rowKeys].join(", ")}`);
  }
  const model = patterns(row["model"], `${where}.model`);
  if (model === undefined) throw new PriceTableError(`${where}.model: is needed`);
  const provider = patterns(row["provider"], `${where}.provider`);
  const above = tiersOf(row["above"], `${where}.above`);
  const price = (key: (typeof priceKeys)[number]): TieredPrice | undefined => {
    const base = numberAt(row[key], `${where}.${key}`);
    if (base === undefined) return undefined;
    const tiers = above.flatMap(({ tokens, prices }) => {
      const higher = prices[key];
      return higher === undefined ? [] : [{ above: tokens, price: higher }];
    });
    return { base, tiers };
  };
  return {
    matches: (ofProvider, ofModel) =>
      model.some((fits) => fits(ofModel)) && (provider === undefined || provider.some((fits) => fits(ofProvider))),
    fromMs: dayAt(row["from"], `${where}.from`) ?? -Infinity,
    untilMs: dayAt(row["until"], `${where}.until`) ?? Infinity,
    rates: {
      input: price("input"),
      output: price("output"),
      cacheRead: price("cache_read"),
      cacheWrite: price("cache_write"),
      reasoning: price("reasoning"),
      request: numberAt(row["request"], `${where}.request`) ?? 0,
      serviceTiers: numbersAt(row["service_tiers"], `${where}.service_tiers`),
    },
  };
}

interface Tier {
  readonly tokens: number;
  readonly prices: Readonly<Record<string, number>>;
}

function tiersOf(value: unknown, where: string): readonly Tier[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new PriceTableError(`${where}: must be a list`);
  const tiers = value.map((one, index): Tier => {
    const { input_tokens: tokens, ...prices } = mapAt(one, `${where}[${index}]`);
    const count = numberAt(tokens, `${where}[${index}].input_tokens`);
    if (count === undefined) throw new PriceTableError(`${where}[${index}].input_tokens: is needed`);
    for (const key of Object.keys(prices)) {
      if (!priceKeys.some((known) => known === key)) throw new PriceTableError(`${where}[${index}]: has no "${key}"`);
    }
    return { tokens: count, prices: numbersAt(prices, `${where}[${index}]`) };
  });
  return tiers.toSorted((a, b) => a.tokens - b.tokens);
}

function numbersAt(value: unknown, where: string): Readonly<Record<string, number>> {
  if (value === undefined || value === null) return {};
  return Object.fromEntries(
    Object.entries(mapAt(value, where)).map(([key, each]) => [key, numberAt(each, `${where}.${key}`) ?? 0]),
  );
}

function numberAt(value: unknown, where: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !(value >= 0)) throw new PriceTableError(`${where}: must be a number from 0`);
  return value;
}

/** A day in UTC, or a time. */
function dayAt(value: unknown, where: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  const ms = value instanceof Date ? value.getTime() : typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw new PriceTableError(`${where}: must be a date such as 2026-11-01`);
  return ms;
}

/** One name or several, `*` for any text in them; whatever the case. */
function patterns(value: unknown, where: string): readonly ((text: string) => boolean)[] | undefined {
  if (value === undefined || value === null) return undefined;
  const written: readonly unknown[] = Array.isArray(value) ? value : [value];
  return written.map((one) => {
    if (typeof one !== "string" || one === "")
      throw new PriceTableError(`${where}: must be a name, or a list of names`);
    const parts = one.toLowerCase().split("*");
    return (text) => fitsParts(text.toLowerCase(), parts);
  });
}

/** Linear: each part at its first place behind the one before. */
function fitsParts(text: string, parts: readonly string[]): boolean {
  const first = parts[0]!;
  const last = parts.at(-1)!;
  if (parts.length === 1) return text === first;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return at <= text.length - last.length;
}
