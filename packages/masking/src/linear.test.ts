import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "node:test";
import { detectorNames, enableDetectors } from "./detector-name.ts";
import { hostileTexts } from "./testing/hostile-texts.ts";
import { createMasker } from "./masker.ts";
import { ScanContext } from "./scan-context.ts";
import { scan } from "./scan.ts";
import type { TextSource } from "./text-source.ts";

const all = enableDetectors(detectorNames);

/** A text that counts how many of its characters are read. */
function countingText(text: string): TextSource & { reads: number } {
  return {
    reads: 0,
    length: text.length,
    charCodeAt(index) {
      this.reads++;
      return text.charCodeAt(index);
    },
    slice(start, end) {
      const part = text.slice(start, end);
      this.reads += part.length;
      return part;
    },
    indexOf(search, from) {
      const found = text.indexOf(search, from);
      this.reads += (found < 0 ? text.length : found) - from;
      return found;
    },
  };
}

function readsOf(text: string): number {
  const counting = countingText(text);
  scan(new ScanContext(counting, all));
  return counting.reads;
}

function repeat(unit: string, length: number): string {
  return unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
}

describe("the work of one pass", () => {
  for (const [name, unit] of Object.entries(hostileTexts)) {
    it(`doubles at most when the text doubles: ${name}`, () => {
      const once = readsOf(repeat(unit, 40_000));
      const twice = readsOf(repeat(unit, 80_000));
      assert.ok(twice <= once * 2.2 + 10_000, `${once} reads, then ${twice}`);
    });
  }

  it("stays within a fixed number of reads per character for hostile text", () => {
    for (const [name, unit] of Object.entries(hostileTexts)) {
      const reads = readsOf(repeat(unit, 40_000)) / 40_000;
      assert.ok(reads < 150, `${name}: ${reads} reads per character`);
    }
  });
});

describe("a prompt of 10 MB", () => {
  it("is masked whole, in whatever shape, by a process that has 256 MB", () => {
    const script = join(import.meta.dirname, "testing/mask-large.ts");
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ["--max-old-space-size=256", "--conditions=@genscope/source", script],
      { encoding: "utf8" },
    );
    assert.equal(status, 0, stderr);
    const results = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { name: string; email: number; error: number; isLeft: boolean });
    assert.equal(results.length, 4);
    for (const { name, email, error, isLeft } of results) {
      assert.ok(email > 100_000 && error === 0 && !isLeft, name);
    }
  });
});

describe("a rule that reads far ahead", () => {
  it("finds everything in a long text, across the borders of windows", () => {
    const masker = createMasker({ detectors: [], rules: [{ name: "ticket", pattern: "\\bTCK-\\d{6}\\b" }] });
    const text = repeat("xx TCK-123456 ", 140_000);
    const masked = masker.text(text);
    assert.equal(masked.includes("TCK-123456"), false);
    assert.equal(masker.counts()["ticket"], 10_000);
  });

  it("covers pathological alternatives", () => {
    const masker = createMasker({ detectors: [], rules: [{ name: "bad", pattern: "(a+)+z|a" }] });
    assert.equal(masker.text("a".repeat(5_000)).includes("a"), false);
  });
});
