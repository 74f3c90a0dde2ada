import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { labelName } from "./label-name.ts";
import { metricName, type NamedKind } from "./metric-name.ts";
import type { TranslationStrategy } from "./translation-strategy.ts";

interface Cases {
  readonly metrics: readonly {
    readonly name: string;
    readonly unit?: string;
    readonly kind: NamedKind;
    readonly namespace?: string;
    readonly strategy?: TranslationStrategy;
    readonly gives?: string;
  }[];
  readonly labels: readonly {
    readonly key: string;
    readonly strategy?: TranslationStrategy;
    readonly gives?: string;
  }[];
}

const cases = parse(await readFile(new URL("../../cases/prometheus-names.yaml", import.meta.url), "utf8")) as Cases;
const usual = "UnderscoreEscapingWithSuffixes";

describe("the Prometheus name of an OTLP metric", () => {
  for (const { name, unit = "", kind, namespace = "", strategy = usual, gives } of cases.metrics) {
    it(`${JSON.stringify(name)} ${unit} ${kind} ${namespace} (${strategy}) is ${gives ?? "none"}`, () => {
      assert.equal(metricName({ strategy, namespace }, name, unit, kind), gives);
    });
  }
});

describe("the Prometheus label of an attribute", () => {
  for (const { key, strategy = usual, gives } of cases.labels) {
    it(`${JSON.stringify(key)} (${strategy}) is ${gives ?? "none"}`, () => {
      assert.equal(labelName(strategy, key), gives);
    });
  }
});
