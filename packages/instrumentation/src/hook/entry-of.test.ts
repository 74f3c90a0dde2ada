import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { entryOf } from "./entry-of.ts";

function of(path: string): string | undefined {
  return entryOf(`file:///app/node_modules/${path}`, ["openai", "@scope/lib"]);
}

describe("entryOf", () => {
  it("knows a package's entry, nested and under pnpm too", () => {
    assert.equal(of("openai/index.mjs"), "openai");
    assert.equal(of("openai/index.js"), "openai");
    assert.equal(of(".pnpm/openai@7.0.0/node_modules/openai/index.mjs"), "openai");
    assert.equal(of("@scope/lib/dist/index.cjs"), "@scope/lib");
  });

  it("knows an npm alias by its manifest", () => {
    assert.equal(entryOf(import.meta.resolve("openai-v6"), ["openai"]), "openai");
  });

  it("leaves other files and other packages alone", () => {
    assert.equal(of("openai/client.mjs"), undefined);
    assert.equal(of("openai/lib/x/index.mjs"), undefined);
    assert.equal(of("my-openai/index.mjs"), undefined);
    assert.equal(of("left-pad/index.js"), undefined);
  });
});
