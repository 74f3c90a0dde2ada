import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { detectorNames } from "./detector-name.ts";
import { evaluate } from "./testing/evaluate.ts";
import type { LabelledText } from "./testing/evaluate.ts";

function read(file: string): LabelledText[] {
  const text = readFileSync(join(import.meta.dirname, "../testdata", file), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as LabelledText);
}

describe("the labelled texts", () => {
  const generated = read("generated.jsonl");
  const handwritten = read("handwritten.jsonl");

  it("are at least 2,000", () => assert.ok(generated.length + handwritten.length >= 2_000));

  it("have values for every detector, all of which are found in the generated ones, and nothing else is", () => {
    const { scores, surprises, leaks } = evaluate(generated);
    assert.deepEqual([...scores.keys()].toSorted(), [...detectorNames].toSorted());
    assert.deepEqual(surprises, []);
    assert.deepEqual(leaks, []);
  });

  it("by hand hold only the surprises that docs/masking.md owns up to", () => {
    const { surprises } = evaluate(handwritten);
    const about = surprises.map(
      (line) => line.slice(0, line.indexOf(" ")) + line.slice(line.indexOf(" in ")).slice(0, 28),
    );
    assert.deepEqual(about, [
      "credential: in curl -u admin:s3cr3t htt",
      "credential: in password: hunter\nuser: j",
      "ip: in Chapters 12.3.4.5, table",
    ]);
  });
});
