/** Writes packages/masking/testdata/generated.jsonl: labelled texts from a fixed seed. Check digits are computed here, apart from the detectors' code. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabelledText } from "../packages/masking/src/testing/evaluate.ts";

let state = Number(process.env["SEED"] ?? 20_261_123);

/** Mulberry32: the same numbers on every machine. */
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}

const int = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
const pick = <T>(items: readonly T[]): T => items[int(0, items.length - 1)]!;
const chars = (alphabet: string, length: number): string =>
  Array.from({ length }, () => pick(alphabet.split(""))).join("");
const digits = (length: number): string => chars("0123456789", length);
const pad = (value: number, length = 2): string => String(value).padStart(length, "0");
const lower = "abcdefghijklmnopqrstuvwxyz";
const upper = lower.toUpperCase();
const alphanumeric = `${lower}${upper}0123456789`;
const hex = "0123456789abcdef";
/** `##-##` with digits, `@` with upper-case letters. */
const fill = (form: string): string => form.replaceAll("#", () => digits(1)).replaceAll("@", () => chars(upper, 1));
const group = (text: string, sizes: readonly number[], separator: string): string => {
  let at = 0;
  return sizes.map((size) => text.slice(at, (at += size))).join(separator);
};

function luhnDigit(body: string): string {
  const sum = body
    .split("")
    .toReversed()
    .reduce((total, c, i) => {
      const doubled = Number(c) * (i % 2 === 0 ? 2 : 1);
      return total + Math.floor(doubled / 10) + (doubled % 10);
    }, 0);
  return String((10 - (sum % 10)) % 10);
}

const weighted = (text: string, weights: readonly number[]): number =>
  weights.reduce((sum, w, i) => sum + w * Number(text[i]), 0);

const cpfDigit = (text: string): number => {
  const rest = text.split("").reduce((sum, c, i) => sum + Number(c) * (text.length + 1 - i), 0) % 11;
  return rest < 2 ? 0 : 11 - rest;
};

const segment = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const names = [
  "jo",
  "ann.lee",
  "m_garcia",
  "Wei.Zhang",
  "o'brien",
  "kim-min-jun",
  "a.b-c+news",
  "info",
  "x9",
  "jürgen".replace("ü", "ue"),
  "PRIYA",
  "ivan.petrov99",
];
const hosts = [
  "example.org",
  "mail.example.co.uk",
  "example.de",
  "sub-domain.example.com.br",
  "example.co.kr",
  "firma.example.technology",
  "example.io",
  "EXAMPLE.NET",
  "uni.example.ac.jp",
  "example.xn--p1ai",
];

const generators: Readonly<Record<string, () => string>> = {
  email: () => `${pick(names)}@${pick(hosts)}`,
  phone() {
    const form = pick([
      "+1 (2n#) 5##-####",
      "+1-4n#-5##-####",
      "(3n#) 4##-####",
      "2n#-7##-####",
      "2n#.7##.####",
      "1-8n#-5##-####",
      "+44 20 7### ####",
      "+44 7### ######",
      "020 7### ####",
      "07### ######",
      "+49 30 #######",
      "+49 171 #######",
      "+49 (0)89 ######",
      "030 ########",
      "0171/#######",
      "+33 6 ## ## ## ##",
      "06 ## ## ## ##",
      "01.##.##.##.##",
      "+34 612 ## ## ##",
      "612 ## ## ##",
      "+39 347 #######",
      "347 #######",
      "+82 10-####-####",
      "010-####-####",
      "02-###-####",
      "+81 90-####-####",
      "090-####-####",
      "03-####-####",
      "+86 138 #### ####",
      "138-####-####",
      "+7 495 ###-##-##",
      "8 (916) ###-##-##",
      "+55 11 9####-####",
      "(11) 9####-####",
      "+91 98### #####",
      "98### #####",
      "+61 4## ### ###",
      "0412 ### ###",
      "+971 50 ### ####",
      "+234 803 ### ####",
      "0049 30 #######",
      "+48 601 ### ###",
      "+31 6 ########",
      "06-########",
    ]);
    return form.replaceAll("n", () => digits(1).replace(/[89]/, "1")).replaceAll("#", () => digits(1));
  },
  card() {
    const [prefix, length, sizes] = pick<readonly [string, number, readonly number[]]>([
      ["4", 16, [4, 4, 4, 4]],
      [String(int(51, 55)), 16, [4, 4, 4, 4]],
      [String(int(2221, 2720)), 16, [4, 4, 4, 4]],
      ["34", 15, [4, 6, 5]],
      ["37", 15, [4, 6, 5]],
      ["6011", 16, [4, 4, 4, 4]],
      [String(int(3528, 3589)), 16, [4, 4, 4, 4]],
      ["36", 14, [4, 6, 4]],
      ["62", 16, [4, 4, 4, 4]],
      ["2202", 16, [4, 4, 4, 4]],
      ["65", 16, [4, 4, 4, 4]],
    ]);
    const body = prefix + digits(length - prefix.length - 1);
    const number = body + luhnDigit(body);
    return pick([number, group(number, sizes, " "), group(number, sizes, "-")]);
  },
  iban() {
    const form = pick([
      "DE##################",
      "FR##########@@#########@##".slice(0, 2) + "####################@##".slice(0, 23),
      "GB@@@@##############",
      "NL@@@@##########",
      "ES####################",
      "IT@##########@@@@########@@@@".slice(0, 2) + "@######################",
      "CH#################",
      "BE############",
      "PL########################",
      "SE####################",
      "AT################",
      "NO###########",
      "BR#######################@#",
      "AE###################",
      "TR######################",
    ]);
    const country = form.slice(0, 2);
    const bban = fill(form.slice(2));
    const numeric = `${bban}${country}00`
      .split("")
      .map((c) => String(Number.parseInt(c, 36)))
      .join("");
    const iban = `${country}${pad(98 - Number(BigInt(numeric) % 97n))}${bban}`;
    return pick([iban, iban.match(/.{1,4}/g)!.join(" ")]);
  },
  "national-id"() {
    const yy = pad(int(50, 99));
    const mm = pad(int(1, 12));
    const dd = pad(int(1, 28));
    const kinds: readonly (() => string)[] = [
      () => `${yy}${mm}${dd}-${int(1, 4)}${digits(6)}`,
      () => `${pad(int(1, 665), 3)}-${pad(int(1, 99))}-${pad(int(1, 9999), 4)}`,
      () => {
        const body = digits(9);
        const first = cpfDigit(body);
        return `${group(body, [3, 3, 3], ".")}-${first}${cpfDigit(`${body}${first}`)}`;
      },
      () => {
        const body = `${int(1, 2)}${yy}${mm}${pad(int(1, 95))}${digits(6)}`;
        const number = `${body}${pad(97 - Number(BigInt(body) % 97n))}`;
        return pick([number, group(number, [1, 2, 2, 2, 3, 3, 2], " ")]);
      },
      () => {
        const number = digits(8);
        return `${number}${"TRWAGMYFPDXBNJZSQVHLCKE"[Number(number) % 23]}`;
      },
      () => {
        const body = `${yy}${mm}${dd}${digits(3)}`;
        return `${body.slice(0, 6)}-${body.slice(6)}${luhnDigit(body)}`;
      },
      () => {
        const body = `${pick(["110105", "310101", "440305"])}19${yy}${mm}${dd}${digits(3)}`;
        return body + "10X98765432"[weighted(body, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11];
      },
      () => {
        const body = `756${digits(9)}`;
        const sum = body.split("").reduce((total, c, i) => total + Number(c) * (i % 2 === 0 ? 1 : 3), 0);
        return group(`${body}${(10 - (sum % 10)) % 10}`, [3, 4, 4, 2], ".");
      },
      () => {
        const body = `${yy}${mm}${dd}${digits(3)}`;
        return `${group(body.slice(0, 6), [2, 2, 2], ".")}-${body.slice(6)}.${pad(97 - (Number(body) % 97))}`;
      },
      () => {
        const number = `${dd}${mm}${yy}${pad(int(2, 899), 3)}`;
        return `${number.slice(0, 6)}-${number.slice(6)}${"0123456789ABCDEFHJKLMNPRSTUVWXY"[Number(number) % 31]}`;
      },
      () =>
        `${pick(["AB", "CE", "JK", "PX"])}${pick([fill("######"), fill(" ## ## ## ")])}${pick(["A", "B", "C", "D"])}`,
      () => {
        const body = `${yy}${mm}${dd}${digits(4)}`;
        return `PESEL ${body}${(10 - (weighted(body, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10}`;
      },
      () => {
        for (;;) {
          const number = digits(9);
          if (number[0] !== "0" && number[0] !== "8" && luhnDigit(number.slice(0, 8)) === number[8])
            return group(number, [3, 3, 3], "-");
        }
      },
    ];
    return pick(kinds)();
  },
  ip() {
    const v4 = `${pick([10, 172, 192, 203, 81, 45])}.${int(0, 255)}.${int(0, 255)}.${int(1, 254)}`;
    const v6 = `2001:db8:${chars("123456789abcdef", 4)}:${chars("123456789abcdef", 2)}::${chars("123456789abcdef", 4)}:${chars("123456789abcdef", 3)}`;
    const full = `2a02:${Array.from({ length: 7 }, () => chars("123456789abcdef", int(1, 4))).join(":")}`;
    return pick([v4, v4, v6, full, `fe80::${chars("123456789abcdef", 4)}`]);
  },
  "api-key": () =>
    pick<() => string>([
      () => `sk-proj-${chars(alphanumeric, 60)}1a`,
      () => `sk-${chars(alphanumeric, 47)}7`,
      () => `sk-ant-api03-${chars(`${alphanumeric}-_`, 93)}AA`,
      () => `sk-or-v1-${chars(hex, 64)}`,
      () => `AKIA${chars("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 15)}7`,
      () => `ghp_${chars(alphanumeric, 35)}4`,
      () => `github_pat_${chars(alphanumeric, 22)}_${chars(alphanumeric, 59)}`,
      () => `glpat-${chars(`${alphanumeric}_`, 19)}2`,
      () => `AIza${chars(`${alphanumeric}_`, 35)}`,
      () => `xoxb-${digits(12)}-${digits(13)}-${chars(alphanumeric, 24)}`,
      () => `xapp-1-A${chars(alphanumeric, 10)}-${digits(13)}-${chars(hex, 64)}`,
      () => `sk_live_${chars(alphanumeric, 24)}8`,
      () => `rk_test_${chars(alphanumeric, 24)}8`,
      () => `hf_${chars(`${lower}${upper}`, 33)}3`,
      () => `gsk_${chars(alphanumeric, 52)}`,
      () => `r8_${chars(alphanumeric, 37)}`,
      () => `npm_${chars(alphanumeric, 36)}`,
      () => `SG.${chars(alphanumeric, 22)}.${chars(alphanumeric, 43)}`,
      () => `xai-${chars(alphanumeric, 80)}`,
      () => `pplx-${chars(alphanumeric, 48)}`,
      () => `nvapi-${chars(alphanumeric, 64)}`,
      () => `lsv2_pt_${chars(hex, 32)}_${chars(hex, 10)}`,
      () => `dapi${chars(hex, 32)}`,
      () => `hvs.${chars(alphanumeric, 90)}`,
      () => `ya29.${chars(`${alphanumeric}-_`, 120)}`,
      () => `dop_v1_${chars(hex, 64)}`,
      () => `shpat_${chars(hex, 32)}`,
      () => `tvly-${chars(alphanumeric, 32)}`,
    ])(),
  jwt() {
    return `${segment({ alg: pick(["HS256", "RS256", "ES256"]), typ: "JWT" })}.${segment({ sub: digits(10), iat: int(1_600_000_000, 1_800_000_000) })}.${chars(`${alphanumeric}-_`, 43)}`;
  },
  "private-key"() {
    const label = pick(["RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY"]);
    const lines = Array.from({ length: int(2, 6) }, () => chars(`${alphanumeric}+/`, 64));
    return `-----BEGIN ${label}-----\n${lines.join("\n")}\n${chars(alphanumeric, 40)}==\n-----END ${label}-----`;
  },
  "url-credentials": () => `${pick(["admin", "svc_user", "root"])}:${chars(alphanumeric, int(6, 20))}!`,
  credential: () =>
    chars(`${alphanumeric}!$%_-`, int(10, 30)).replaceAll(/^[^A-Za-z]+|[^A-Za-z0-9]+$/g, "q") + digits(2),
};

/** How a value of a detector must be led in, where that is part of it. */
const around: Readonly<Record<string, readonly string[]>> = {
  "url-credentials": [
    "postgres://{}@db.example.org:5432/app",
    "https://{}@git.example.org/repo.git",
    "redis://{}@cache:6379/0",
    "amqp://{}@mq.example.org",
  ],
  credential: [
    "password={}",
    'api_key: "{}"',
    "DB_PASSWORD={}",
    "client_secret='{}'",
    "Authorization: Bearer {}",
    "x-api-key: {}",
    "?access_token={}&page=2",
    "aws_secret_access_key = {}",
  ],
};

const sentences: readonly (readonly [language: string, text: string])[] = [
  ["en", "Please use {} for this and tell me when it is done."],
  ["en", "Customer note ({}), received on 2026-03-14 at 09:30."],
  ["en", "Is {} still valid?"],
  ["en", "Found: {}."],
  ["de", "Bitte prüfen Sie {} und melden Sie sich bis Freitag."],
  ["de", "Die Angabe lautet {}, danke."],
  ["fr", "Voici l'information demandée : {} ; merci de répondre."],
  ["es", "Hola, mi dato es {} y necesito ayuda, gracias."],
  ["pt", "Segue o dado: {}. Obrigado!"],
  ["it", "Ecco il dato richiesto: {}."],
  ["nl", "Kunt u {} controleren?"],
  ["pl", "Proszę sprawdzić {} jeszcze dziś."],
  ["tr", "Lütfen {} bilgisini kontrol edin."],
  ["ru", "Проверьте, пожалуйста, {} сегодня."],
  ["uk", "Ось дані: {} — дякую."],
  ["ko", "제 정보는 {} 입니다. 확인 부탁드립니다."],
  ["ja", "情報は「{}」です。よろしくお願いします。"],
  ["zh", "请核对以下信息：{}，谢谢。"],
  ["ar", "يرجى التحقق من {} وشكرا."],
  ["hi", "कृपया {} की जाँच करें।"],
  ["he", "אנא בדקו את {} תודה."],
  ["vi", "Vui lòng kiểm tra {} giúp tôi."],
  ["th", "กรุณาตรวจสอบ {} ด้วย"],
];

const wrappers: readonly (readonly [shape: string, (text: string) => string])[] = [
  ["text", (text) => text],
  ["text", (text) => text],
  [
    "messages",
    (text) =>
      JSON.stringify([
        { role: "system", content: "You help." },
        { role: "user", content: text },
      ]),
  ],
  ["parts", (text) => JSON.stringify([{ role: "user", parts: [{ type: "text", content: text }] }], null, 2)],
  [
    "tool call",
    (text) =>
      JSON.stringify([
        {
          role: "assistant",
          tool_calls: [{ id: "call_1", function: { name: "send", arguments: JSON.stringify({ note: text }) } }],
        },
      ]),
  ],
  ["log line", (text) => `2026-03-14T09:30:11.123Z INFO [worker-3] request_id=${chars(hex, 32)} msg: ${text}`],
  ["markdown", (text) => `# Note\n\n- item 1\n- ${text}\n\n\`\`\`ts\nconst x = 1;\n\`\`\``],
  ["cut JSON", (text) => JSON.stringify([{ role: "user", content: `${text} and then` }]).slice(0, -4)],
];

const plain: readonly (() => string)[] = [
  () => group(chars(hex, 32), [8, 4, 4, 4, 12], "-"),
  () => chars(hex, 40),
  () => chars(hex, 7),
  () => `sha256:${chars(hex, 64)}`,
  () => String(int(1_600_000_000, 1_800_000_000)),
  () => `${int(1_600_000_000, 1_800_000_000)}${digits(3)}`,
  () => `${int(1_600_000_000, 1_800_000_000)}${digits(9)}`,
  () =>
    `2026-${pad(int(1, 12))}-${pad(int(1, 28))}T${pad(int(0, 23))}:${pad(int(0, 59))}:${pad(int(0, 59))}.${digits(3)}Z`,
  () => `${pad(int(1, 28))}.${pad(int(1, 12))}.2026 ${pad(int(0, 23))}:${pad(int(0, 59))}`,
  () => `v${int(0, 20)}.${int(0, 40)}.${int(0, 99)}`,
  () => `version ${int(0, 200)}.${int(0, 20)}.${int(1000, 9999)}.${int(0, 200)}`,
  () => `Mozilla/5.0 (X11; Linux x86_64) Chrome/${int(90, 150)}.0.${int(1000, 9999)}.${int(10, 200)} Safari/537.36`,
  () => JSON.stringify(Array.from({ length: 12 }, () => Number((random() * 2 - 1).toFixed(int(6, 17))))),
  () => `ORD-${digits(4)}-${digits(4)}-${digits(3)}`,
  () => `order #${digits(10)}`,
  () => `20261123-${digits(6)}`,
  () => `${digits(1)},${digits(3)},${digits(3)}.${digits(2)} EUR`,
  () => `${int(1, 9)} 000 000 tokens`,
  () => `trace_id=${chars(hex, 32)} span_id=${chars(hex, 16)}`,
  () => `chatcmpl-${chars(alphanumeric, 29)}`,
  () => `msg_${chars(alphanumeric, 24)}`,
  () => `call_${chars(alphanumeric, 24)}`,
  () => `gpt-4o-2024-${pad(int(1, 12))}-${pad(int(1, 28))}`,
  () => `claude-sonnet-4-5-20250929`,
  () => Array.from({ length: 6 }, () => chars(hex, 2)).join(":"),
  () => `doi:10.${digits(4)}/j.${chars(lower, 5)}.2026.${digits(6)}`,
  () => `ISBN 978-3-${digits(5)}-${digits(3)}-${digits(1)}`,
  () => `lodash@4.17.${int(1, 30)}`,
  () => `git@github.com:org/${chars(lower, 8)}.git`,
  () => `std::vector<int> v; abc::def(${digits(3)}); q@k.transpose(-2, -1)`,
  () => `const password = await readPassword(stdin); // ${digits(2)}`,
  () => `def f(api_key: str, max_tokens: int = ${digits(4)}): ...`,
  () => `SELECT * FROM t WHERE id = ${digits(7)} AND n BETWEEN ${digits(3)} AND ${digits(4)}`,
  () => `rows ${Array.from({ length: 20 }, () => digits(int(1, 4))).join(" ")}`,
  () => `127.0.0.1:${digits(4)} and 0.0.0.0, section 3.2.1.${int(1, 9)}`,
  () => `https://example.org/path/${digits(6)}?page=2&size=50#top`,
  () => `export OPENAI_API_KEY=$KEY; password: <your-password>`,
  () => `${int(2020, 2026)}-${int(2020, 2026)} ${digits(3)}x${digits(3)}px ${int(1, 9)}.${digits(12)}`,
  () => `@@ -${digits(2)},7 +${digits(2)},9 @@ +2026-01-15 line`,
  () => `The password must be at least 8 characters long, e.g. with 2 digits.`,
];

const items: LabelledText[] = [];
for (const [detector, generate] of Object.entries(generators)) {
  for (let i = 0; i < 160; i++) {
    const value = generate();
    const [language, sentence] = pick(sentences);
    const [shape, wrap] = pick(wrappers);
    const lead = around[detector];
    const inText = lead === undefined ? value : pick(lead).replace("{}", () => value);
    const label = value.replace(/^PESEL /, "");
    items.push({
      text: wrap(sentence.replace("{}", () => inText)),
      values: [{ detector, value: label }],
      note: `${language}, ${shape}`,
    });
  }
}
for (let i = 0; i < 900; i++) {
  const [language, sentence] = pick(sentences);
  const [shape, wrap] = pick(wrappers);
  items.push({
    text: wrap(sentence.replace("{}", () => pick(plain)())),
    values: [],
    note: `${language}, ${shape}, nothing to find`,
  });
}
const file = join(import.meta.dirname, "../packages/masking/testdata/generated.jsonl");
writeFileSync(file, items.map((item) => `${JSON.stringify(item)}\n`).join(""));
process.stdout.write(`${items.length} texts\n`);
