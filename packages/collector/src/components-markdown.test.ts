import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { catalogueEntries } from "./catalogue.ts";
import { componentsMarkdown, explained, missingOptions, type UpstreamOptions } from "./components-markdown.ts";
import { optionRows } from "./config/option-rows.ts";

const root = join(import.meta.dirname, "../../..");
const upstream = parse(
  readFileSync(join(root, "packages/collector/cases/upstream-options.yaml"), "utf8"),
) as UpstreamOptions;

describe("the components", () => {
  it("have every option of the Collector's, or a reason why not", () => {
    const silent = catalogueEntries.flatMap(({ component }) =>
      explained(
        missingOptions(optionRows(component.config), upstream[component.kind]?.[component.type] ?? []),
        component,
      )
        .filter(({ why }) => why === undefined)
        .map(({ path }) => `${component.type}: ${path}`),
    );
    assert.deepEqual(silent, []);
  });

  it("are in the documentation as they are in the code", () => {
    const page = readFileSync(join(root, "docs/collector.md"), "utf8");
    const written = componentsMarkdown(catalogueEntries, upstream).match(/^(?:#### |- )?`[^`]+`/gmu) ?? [];
    assert.ok(written.length > 100);
    for (const one of written) assert.ok(page.includes(one), `${one}: run npm run docs`);
    for (const { path } of catalogueEntries.flatMap(({ component }) => optionRows(component.config))) {
      if (!path.includes("_sub_policy")) assert.ok(page.includes(`\`${path}\``), `${path}: run npm run docs`);
    }
  });
});
