import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { costOf, createPricing, type PricedUsage, parsePriceTable } from "@genscope/semconv/prices";
import { parse } from "yaml";

interface Call extends PricedUsage {
  readonly model: string;
  readonly provider?: string;
  readonly day?: string;
  readonly tier?: string;
  readonly cost: number | null;
}

interface Case {
  readonly name: string;
  readonly table: unknown;
  readonly version?: string;
  readonly calls?: readonly Call[];
  readonly error?: string;
}

const cases = parse(readFileSync(join(import.meta.dirname, "../../cases/price-table.yaml"), "utf8")) as readonly Case[];

describe("a table of prices", () => {
  for (const one of cases) {
    it(one.name, () => {
      if (one.error !== undefined) {
        assert.throws(
          () => parsePriceTable(one.table),
          (error) => error instanceof Error && error.message.includes(one.error!),
        );
        return;
      }
      const pricing = createPricing(parsePriceTable(one.table));
      if (one.version !== undefined) assert.equal(pricing.version, one.version);
      for (const { model, provider = "nobody", day = "2026-01-01", tier, cost, ...usage } of one.calls ?? []) {
        const rates = pricing.ratesOf(provider, model, Date.parse(`${day}T12:00:00Z`));
        const found = rates === undefined ? null : costOf(rates, usage, tier);
        assert.equal(found === null ? null : Number(found.toFixed(9)), cost, `${model} ${day} ${tier ?? ""}`);
      }
    });
  }
});
