import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { packageVersion } from "./version.ts";

it("the version that spans carry is the package's", () => {
  const manifest = readFileSync(join(import.meta.dirname, "../package.json"), "utf8");
  assert.equal((JSON.parse(manifest) as { version: string }).version, packageVersion);
});
