import { createMasker } from "@genscope/masking";
import { Redactor } from "@redactpii/node";
import { generateTexts } from "../packages/masking/src/testing/generate-texts.ts";
import type { Bench, BenchRow } from "./bench.ts";

const rounds = 7;
const roundMs = 150;
const megabyte = 1_000_000;

export const bench: Bench = {
  title: "Masking",
  method: [
    "All detectors on, one core, texts of about 50 kB; MB are millions of UTF-16 code units, a second is one of CPU time. The peers: `@redactpii/node`, with its five kinds (cards, addresses, names, phones, US social",
    "security numbers), and a list of twelve ordinary regular expressions for the kinds both find most, applied one after the other without check digits, as hand-written redaction has it.",
    `Contenders take turns in rounds of ${roundMs} ms; a rate is the best of ${rounds} rounds.`,
  ].join(" "),
  run: (log) => Promise.resolve(measureAll(log)),
};

const expressions: readonly RegExp[] = [
  /\b[A-Z0-9._%+-]+@[A-Z0-9.-]+\.[A-Z]{2,}\b/gi,
  /\+?\d{1,3}[-. (]*\d{2,4}[-. )]*\d{3,4}[-. ]*\d{3,4}\b/g,
  /\b(?:\d[ -]*?){13,16}\b/g,
  /\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b/g,
  /\b\d{3}-\d{2}-\d{4}\b|\b\d{6}-\d{7}\b/g,
  /\b(?:\d{1,3}\.){3}\d{1,3}\b/g,
  /\b(?:[A-F0-9]{1,4}:){7}[A-F0-9]{1,4}\b/gi,
  /\b(?:sk-[\w-]{20,}|AKIA[A-Z0-9]{16}|gh[pousr]_\w{36}|AIza[\w-]{35}|xox[abprs]-[\w-]{10,}|hf_\w{30,}|[sr]k_(?:live|test)_\w{16,})/g,
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g,
  /:\/\/[^\s:@/]+:[^\s@/]+@/g,
  /\b(?:password|passwd|secret|api[_-]?key|token|authorization)\b["']?\s*[:=]\s*["']?[^\s"',;]+/gi,
];

function withExpressions(text: string): string {
  let result = text;
  for (const expression of expressions) result = result.replace(expression, "[MASKED]");
  return result;
}

function texts(): Record<string, string> {
  const corpus = generateTexts();
  const prose =
    "Retrieval found five documents, of which two answer the question. The assistant should cite them, keep to the language of the user, and say what it does not know. Version 2.4 of the guide (2026) has a chapter on it; see page 17. ";
  const long = prose.repeat(Math.ceil(50_000 / prose.length));
  const dense = corpus
    .map((item) => item.text)
    .join("\n")
    .slice(0, 50_000);
  const hit = " Write to jo@example.org. ";
  const rare = Array.from({ length: 10 }, (_, i) => long.slice(i * 5_000, (i + 1) * 5_000)).join(hit);
  const numbers = Array.from({ length: 4_000 }, (_, i) => Math.sin(i).toFixed(9));
  return {
    "prose, nothing to find": long,
    "prose, an address every 5 kB": rare,
    "the labelled texts, values everywhere": dense,
    "messages as JSON": JSON.stringify(
      Array.from({ length: 20 }, (_, i) => ({
        role: i % 2 ? "user" : "assistant",
        content: `${rare.slice(i * 2_400, (i + 1) * 2_400)}\n"${i}"`,
      })),
    ),
    "prose in Russian":
      "Система нашла пять документов, два из которых отвечают на вопрос (см. стр. 17), и назвала их. ".repeat(500),
    code: "export function rewrite(signal: Signal, request: Uint8Array): Uint8Array {\n  const run = new Run(request.length);\n  return run.changed ? run.finish() : request;\n}\n".repeat(
      300,
    ),
    "an embedding as JSON": `[${numbers.join(",")}]`,
  };
}

function measureAll(log: (line: string) => void): BenchRow[] {
  const masker = createMasker();
  const redactor = new Redactor();
  const contenders: readonly (readonly [string, (text: string) => string])[] = [
    ["genscope", (text) => masker.text(text)],
    ["@redactpii/node", (text) => redactor.redact(text)],
    ["regular expressions", withExpressions],
  ];
  const rows: BenchRow[] = [];
  for (const [name, text] of Object.entries(texts())) {
    const best = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      for (const [contender, run] of contenders) {
        let calls = 0;
        let output = 0;
        const start = process.cpuUsage();
        let elapsed = 0;
        while (elapsed < roundMs) {
          output += run(text).length;
          calls++;
          elapsed = process.cpuUsage(start).user / 1_000;
        }
        if (output === 0) throw new Error(`${contender} gave nothing`);
        best.set(contender, Math.max(best.get(contender) ?? 0, (calls * text.length * 1_000) / elapsed / megabyte));
      }
    }
    const ours = best.get("genscope")!;
    for (const peer of ["@redactpii/node", "regular expressions"]) {
      const theirs = best.get(peer)!;
      log(`${name}: ${ours.toFixed(0)} MB/s, ${peer} ${theirs.toFixed(0)} MB/s`);
      rows.push({
        what: name,
        value: `${ours.toFixed(0)} MB/s`,
        against: `${peer}: ${theirs.toFixed(0)} MB/s`,
        ratio: ours / theirs,
      });
    }
  }
  return rows;
}
