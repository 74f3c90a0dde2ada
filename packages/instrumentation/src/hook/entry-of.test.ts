import assert from "node:assert/strict";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { entryOf } from "./entry-of.ts";

const specifiers = ["plain", "@scope/lib", "@scope/lib/client", "@scope/lib/deep/part", "old", "old/dist/core"];

const packages = {
  plain: { name: "plain", exports: { import: "./dist/index.mjs", require: { default: "./dist/index.cjs" } } },
  "plain-v1": { name: "plain", main: "lib" },
  "not-plain": { name: "not-plain", main: "index.js" },
  "@scope/lib": {
    name: "@scope/lib",
    exports: { ".": "./main.js", "./client": { node: ["./client/node.js"] }, "./deep/*": "./out/*.js" },
  },
  old: { name: "old" },
};

describe("entryOf", () => {
  let directory = "";
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "genscope-entry-"));
    for (const [name, manifest] of Object.entries(packages)) {
      await mkdir(join(directory, "node_modules", name), { recursive: true });
      await writeFile(join(directory, "node_modules", name, "package.json"), JSON.stringify(manifest));
    }
  });
  after(() => rm(directory, { recursive: true, force: true }));

  function of(path: string): string | undefined {
    return entryOf(pathToFileURL(join(directory, "node_modules", path)).href, specifiers);
  }

  it("knows the files a package's manifest names, for import and for require", () => {
    assert.equal(of("plain/dist/index.mjs"), "plain");
    assert.equal(of("plain/dist/index.cjs"), "plain");
    assert.equal(of("@scope/lib/main.js"), "@scope/lib");
  });

  it("knows subpaths, by name and by pattern", () => {
    assert.equal(of("@scope/lib/client/node.js"), "@scope/lib/client");
    assert.equal(of("@scope/lib/out/part.js"), "@scope/lib/deep/part");
  });

  it("knows what Node would try where a manifest says little", () => {
    assert.equal(of("plain-v1/lib/index.js"), "plain");
    assert.equal(of("old/index.js"), "old");
    assert.equal(of("old/dist/core.js"), "old/dist/core");
    assert.equal(of("old/dist/core/index.cjs"), "old/dist/core");
  });

  it("knows an npm alias by its manifest", () => {
    assert.equal(entryOf(import.meta.resolve("openai-v6"), ["openai"]), "openai");
  });

  it("leaves other files and other packages alone", () => {
    assert.equal(of("plain/dist/other.mjs"), undefined);
    assert.equal(of("@scope/lib/out/other.js"), undefined);
    assert.equal(of("not-plain/index.js"), undefined);
    assert.equal(of("nowhere/plain/dist/index.mjs"), undefined);
    assert.equal(entryOf("file:///plain/index.js", specifiers), undefined);
    assert.equal(entryOf("node:fs", specifiers), undefined);
  });
});
