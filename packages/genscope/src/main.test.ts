import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { it } from "node:test";

function genscope(...words: readonly string[]): { readonly status: number | null; readonly stderr: string } {
  const main = join(import.meta.dirname, "main.ts");
  return spawnSync(process.execPath, ["--conditions=@genscope/source", main, ...words], { encoding: "utf8" });
}

it("a command that there is not is refused, with the one that may be meant, or with all", () => {
  const misspelt = genscope("colector", "validate");
  assert.notEqual(misspelt.status, 0);
  assert.match(misspelt.stderr, /unknown command "colector": did you mean collector\?/u);
  assert.match(genscope("frobnicate").stderr, /unknown command "frobnicate": there are up, collector, /u);
});
