import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createMasker } from "./index.ts";

describe("the README", () => {
  it("shows what happens", () => {
    const masker = createMasker();
    const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
    assert.ok(readme.includes(masker.text("Write to jo@example.org or call +1 415 555 2671")));
    masker.text('[{"role":"user","content":"my card: 4242 4242 4242 4242"}]');
    const headers = masker.json({ headers: { authorization: "Bearer abc.def-123" } });
    assert.ok(readme.includes(`"${headers.headers.authorization}"`));
    assert.equal(masker.text("hunter2", "db.password"), "[CREDENTIAL]");
    assert.deepEqual(masker.counts(), { email: 1, phone: 1, card: 1, credential: 2 });
  });
});

describe("the package", () => {
  it("uses nothing of Node and no native look-ahead", () => {
    for (const file of globSync("**/*.ts", { cwd: import.meta.dirname })) {
      if (file.includes(".test") || file.startsWith("testing/")) continue;
      const source = readFileSync(join(import.meta.dirname, file), "utf8");
      assert.doesNotMatch(source, /from "node:|\bBuffer\.|\bprocess\.(?!env\.\*)|\(\?[=!<][^:]/, file);
    }
  });
});
