/** `node --conditions=@genscope/source scripts/masking-doc.ts`: writes docs/masking.md, with precision and recall on the labelled texts. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { detectorNames } from "../packages/masking/src/detector-name.ts";
import { apiKeyRows } from "../packages/masking/src/detectors/api-key-table.ts";
import { evaluate } from "../packages/masking/src/testing/evaluate.ts";
import type { Evaluation, LabelledText } from "../packages/masking/src/testing/evaluate.ts";

const root = join(import.meta.dirname, "..");

const what: Readonly<Record<string, string>> = {
  email: "addresses with a domain; not repositories (`git@github.com`), packages (`lodash@4.17.21`) or code",
  phone:
    "`+` or `00` and a country code; national forms by grouping and first digits; other numbers after words like phone, Telefon, 電話, тел",
  card: "14–19 digits in one piece or grouped as on cards: issuer's range, its length, Luhn",
  iban: "country, its length, modulo 97; in one piece or in fours",
  "national-id":
    "by form and check digits: KR (the form `######-#######` alone), US, CA, AU, GB (NINO, NHS), IE, BR, CL, MX, FR, DE, NL, BE, PL, SE, FI, DK, NO, CH, CZ, ES, IT, PT, RO, IN (Aadhaar, PAN), JP, CN, SG, RU, TR, IL, ZA; some only after a word that names them",
  ip: "IPv4 but loopback, netmasks, versions and quads of single digits; IPv6 of assigned ranges",
  "api-key": "",
  jwt: "signed, unsigned and encrypted tokens, also cut ones",
  "private-key": "PEM and PGP blocks, also cut ones",
  "url-credentials": "`user:password@` and long tokens before the `@`",
  credential:
    "values of names such as `password`, `api_key`, `client_secret`, `Authorization`, `Cookie`, in fields, headers, assignments and queries",
};

function read(file: string): LabelledText[] {
  return readFileSync(join(root, "packages/masking/testdata", file), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as LabelledText);
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`;
}

function table({ scores }: Evaluation): string[] {
  const lines = ["| detector | values | precision | recall |", "| --- | ---: | ---: | ---: |"];
  for (const name of detectorNames) {
    const { found, missed, wrong } = scores.get(name) ?? { found: 0, missed: 0, wrong: 0 };
    lines.push(
      `| ${name} | ${found + missed} | ${percent(found, found + wrong)} | ${percent(found, found + missed)} |`,
    );
  }
  return lines;
}

const generated = read("generated.jsonl");
const handwritten = read("handwritten.jsonl");
const byHand = evaluate(handwritten);
const providers = [...new Set(apiKeyRows.map((row) => row.provider))].toSorted();
const withApiKeys: Readonly<Record<string, string>> = { ...what, "api-key": `${providers.join(", ")}, telegram` };
const none = [...generated, ...handwritten].filter((item) => item.values.length === 0).length;

const lines = [
  "# Masking",
  "",
  "Written by `scripts/masking-doc.ts`; do not edit.",
  "",
  "`@genscope/masking` finds personal data and secrets in text and JSON and masks, hashes or drops them. It is pure: no I/O, nothing of Node, and its work grows with the length of the text and",
  "with nothing else. [The package's page](../packages/masking/README.md) says how to use it, [an ADR](adr/0011-masking-by-scanners.md) why it is made as it is.",
  "",
  "## What is found",
  "",
  "| detector | what |",
  "| --- | --- |",
  ...detectorNames.map((name) => `| ${name} | ${withApiKeys[name]} |`),
  "",
  "## How well",
  "",
  `${generated.length + handwritten.length} labelled texts in 23 languages and as plain text, messages, tool calls, log lines, Markdown and cut JSON; ${none} of them hold nothing to find: identifiers, hashes, times, versions, prices,`,
  "embeddings, code. They were written by those who wrote the detectors, so they show that the forms meant to be found are found, and that the traps known are not fallen into; expect less on data nobody here has seen.",
  "",
  `### Generated from a seed (${generated.length})`,
  "",
  ...table(evaluate(generated)),
  "",
  `### Written by hand, hard cases among them (${handwritten.length})`,
  "",
  ...table(byHand),
  "",
  "What goes wrong there:",
  "",
  ...byHand.surprises.map(
    (line) =>
      `- ${line.replaceAll("\n", "⏎").replace(/^(\S+) (\d+) instead of (\d+) in (.*)$/, "$1 $2 instead of $3: `$4`")}`,
  ),
  "",
  "## What is not found",
  "",
  "- Names, postal addresses, dates of birth, health data: they need a language model, not a pattern.",
  "- A value split over several strings: two parts of a message, two chunks of a stream, two attributes. Mask after joining.",
  "- Values spelt out (`jo at example dot org`), in base64 or otherwise encoded, other than by JSON's own escapes; digits other than ASCII's.",
  "- Numbers without form or context: ten digits with no word like phone before them stay.",
  "- A national number without separators where its check is weak, if no word names it.",
  "- Ordinary words as unquoted passwords in prose: `password: hunter`.",
];
writeFileSync(join(root, "docs/masking.md"), `${lines.join("\n")}\n`);
