/** Started as a process with little memory by a test: masks texts of ten million characters. Prints what of each was masked. */
import { createMasker } from "../index.ts";

const size = 10_000_000;

function repeat(unit: string): string {
  // flat: a rope of a text would be made flat while it is masked
  return JSON.parse(JSON.stringify(unit.repeat(Math.ceil(size / unit.length)))) as string;
}

const sentence = "The quick brown fox, order 20241123-000123, asks a@example.org about 0.1234567. ";
const texts: Readonly<Record<string, () => string>> = {
  "prose in JSON": () => JSON.stringify([{ role: "user", content: `${repeat(sentence)}\n"quoted"` }]),
  "values side by side": () => repeat("a@example.org "),
  "full width": () => repeat("メール：ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ、電話番号です。"),
  "cut JSON": () => `[{"content":"${repeat("\\u0041 a\\u0040example.org ")}`,
};

for (const [name, make] of Object.entries(texts)) {
  const masker = createMasker();
  const masked = masker.text(make());
  const { email = 0, error = 0 } = masker.counts();
  process.stdout.write(`${JSON.stringify({ name, email, error, isLeft: masked.includes("example") })}\n`);
}
