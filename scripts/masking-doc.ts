/** `node --conditions=@genscope/source scripts/masking-doc.ts`: writes docs/masking.md, with precision and recall on the labelled texts. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { detectorNames } from "../packages/masking/src/detector-name.ts";
import { apiKeyRows } from "../packages/masking/src/detectors/api-key-table.ts";
import { evaluate } from "../packages/masking/src/testing/evaluate.ts";
import { generateTexts } from "../packages/masking/src/testing/generate-texts.ts";
import type { Evaluation, LabelledText } from "../packages/masking/src/testing/evaluate.ts";

const root = join(import.meta.dirname, "..");

const what: Readonly<Record<string, string>> = {
  email: "addresses with a domain; not repositories (`git@github.com`), packages (`lodash@4.17.21`) or code",
  phone:
    "`+` or `00` and a country code; national forms by grouping and first digits; other numbers after words like phone, Telefon, 電話, тел",
  card: "14–19 digits in one piece or grouped as on cards: issuer's range, its length, Luhn; Visa's of 13 and 19 digits after a word for a card",
  iban: "country, its length, modulo 97; in one piece or in fours",
  "national-id":
    "by form and check digits: KR (the form `######-#######` alone), US, CA, AU, NZ, GB (NINO, NHS), IE, BR, AR, CL, EC, MX, FR, DE, AT, CH, NL, BE, LU, PL, SE, FI, DK, NO, IS, EE, LV, LT, CZ, SK, HU, HR, RS, SI, BG, RO, GR, ES, IT, PT, UA, RU, KZ, TR, IL, IN (Aadhaar, PAN), PK, JP, CN, TW, HK, SG, MY, ID, TH, VN, AE, SA, EG, IR, NG, ZA; passports; some only after a word or under a field that names them",
  ip: "IPv4 but loopback, netmasks, versions and quads of single digits; IPv6 of assigned ranges",
  "api-key": "",
  jwt: "signed, unsigned and encrypted tokens, also cut ones",
  "private-key": "PEM and PGP blocks, also cut ones",
  "url-credentials": "`user:password@` and long tokens before the `@`",
  credential:
    "values of names such as `password`, `Passwort`, `пароль`, `api_key`, `client_secret`, `Authorization`, `Cookie`, in fields, headers, assignments, queries, XML, and flags of commands (`curl -u`, `--password`); `the password is …`; PINs and one-time codes after their name; seed phrases",
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

/** Precision and recall on the held-out texts when they were first run, on 28 November 2026. */
const atFirst: Readonly<Record<string, readonly [precision: string, recall: string]>> = {
  email: ["90.9 %", "74.1 %"],
  phone: ["94.1 %", "76.2 %"],
  card: ["100.0 %", "56.3 %"],
  iban: ["100.0 %", "100.0 %"],
  "national-id": ["100.0 %", "55.3 %"],
  ip: ["100.0 %", "100.0 %"],
  "api-key": ["100.0 %", "87.3 %"],
  jwt: ["100.0 %", "100.0 %"],
  "private-key": ["100.0 %", "66.7 %"],
  "url-credentials": ["100.0 %", "100.0 %"],
  credential: ["93.3 %", "45.2 %"],
};

function heldOutTable({ scores }: Evaluation): string[] {
  const lines = [
    "| detector | values | at first: precision | recall | now: precision | recall |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
  ];
  for (const name of detectorNames) {
    const { found, missed, wrong } = scores.get(name) ?? { found: 0, missed: 0, wrong: 0 };
    const now = [percent(found, found + wrong), percent(found, found + missed)];
    lines.push(`| ${[name, found + missed, ...atFirst[name]!, ...now].join(" | ")} |`);
  }
  return lines;
}

const generated = generateTexts();
const handwritten = read("handwritten.jsonl");
const heldOut = read("held-out.jsonl");
const byHand = evaluate(handwritten);
const onHeldOut = evaluate(heldOut);
const languages = new Set(generated.map(({ note }) => note.split(",")[0]));
const providers = [...new Set(apiKeyRows.map((row) => row.provider))].toSorted();
const withApiKeys: Readonly<Record<string, string>> = {
  ...what,
  "api-key": [...providers, "microsoft", "telegram"].toSorted().join(", "),
};
const none = [...generated, ...handwritten, ...heldOut].filter((item) => item.values.length === 0).length;

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
  "## Where it runs",
  "",
  "- In an application: `init({ content: { mask: true } })` or `GENSCOPE_MASK=true` ([instrument.md](instrument.md#content)). Content is captured unmasked in production only if that is said twice.",
  "- `genscope up --mask` and `genscope collector --config … --mask` (`GENSCOPE_MASK=true`): everything that arrives, before the first byte is written. `--require-masking` refuses to start where nothing masks.",
  "- As the processor `genai_masking` of a Collector configuration, with all detectors if nothing is said ([options](collector.md#genai_masking)):",
  "",
  "```yaml",
  "processors:",
  "  genai_masking:",
  '    allow: ["@example.com"]',
  "    actions: { email: hash, card: mask-keep-last-4 }",
  "    hmac_key: ${env:MASKING_KEY}",
  '    rules: [{ name: employee, pattern: "EMP-\\\\d{5}", action: drop }]',
  "```",
  "",
  "In a request it looks at every text there is room for: attributes of spans, events, links, logs, data points, exemplars, resources and scopes at any depth, their keys, names, status messages, trace states, bodies, descriptions, bytes, whole numbers, and JSON within any of these.",
  "What cannot be looked at is masked whole, fields that no version of OTLP has are left out. `otelcol_processor_genai_masking_masked` counts by rule; no value is kept or logged. A test greps every byte of the data directory for what it had planted in all these places, after a kill.",
  "",
  "`genscope masking dry-run` tells what would be masked in what is stored, by detector and place, with spans to look at, and shows no value. `--config` tries the `genai_masking` of a file, `--json` is for scripts.",
  "",
  "## How well",
  "",
  `${generated.length + handwritten.length + heldOut.length} labelled texts in ${languages.size} languages and as plain text, messages, tool calls, log lines, Markdown, code and cut JSON; ${none} of them hold nothing to find: identifiers, hashes, times, versions, prices,`,
  "embeddings, numbers with a wrong check digit. They were written by those who wrote the detectors, so they show that the forms meant to be found are found, and that the traps known are not fallen into; expect less on data nobody here has seen.",
  "How much less, the third table says: its first column was measured before anything was changed for its texts.",
  "",
  `### Generated from a seed (${generated.length})`,
  "",
  ...table(evaluate(generated)),
  "",
  `### Written by hand, hard cases among them (${handwritten.length})`,
  "",
  ...table(byHand),
  "",
  `### Written by hand, and measured before detectors were changed for them (${heldOut.length})`,
  "",
  ...heldOutTable(onHeldOut),
  "",
  "What still goes wrong in texts written by hand:",
  "",
  ...[...byHand.surprises, ...onHeldOut.surprises].map(
    (line) =>
      `- ${line.replaceAll("\n", "⏎").replace(/^(\S+) (\d+) instead of (\d+) in (.*)$/, "$1 $2 instead of $3: `$4`")}`,
  ),
  "",
  "## What is not found",
  "",
  "- Names, postal addresses, dates of birth, health data: they need a language model, not a pattern.",
  "- A value split over several strings, unless they are items of one list, or `text`, `content`, `token` … of objects in one list (parts of a message, chunks of a stream) in JSON, as a value or within a text. Not over the values of OTLP's own lists and maps (`arrayValue`, `kvlistValue`), which are looked at one by one, nor over attributes, events (a chunk of a stream each, say) or messages sent apart.",
  "- Values spelt out (`jo at example dot org`), in base64 or otherwise encoded. Escapes of JSON, of HTML for `@` and `.`, and percent signs are read, and so are full-width characters, digits of other scripts, look-alike letters within ASCII words, and characters that are not seen.",
  "- Numbers without form or context: ten digits with no word like phone before them stay.",
  "- A national number without separators where its check is weak, if no word names it.",
  "- Check digits of API keys (GitHub's, npm's) are not asked for: a key with a typing error is a key to somebody who can count.",
  "- Ordinary words as unquoted passwords in prose: `password: hunter`.",
];
writeFileSync(join(root, "docs/masking.md"), `${lines.join("\n")}\n`);
