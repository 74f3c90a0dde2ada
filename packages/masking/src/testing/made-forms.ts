import { luhnDigit } from "./check-digits.ts";
import { alphanumeric, chars, digits, group, hex, int, lower, pad, random } from "./random-text.ts";

/** How a value of a detector must be led in, where that is part of it. */
export const around: Readonly<Record<string, readonly string[]>> = {
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

export const sentences: readonly (readonly [language: string, text: string])[] = [
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
  ["sv", "Kan ni kontrollera {} innan fredag?"],
  ["fi", "Tarkistakaa {} vielä tänään, kiitos."],
  ["cs", "Zkontrolujte prosím {} ještě dnes."],
  ["el", "Παρακαλώ ελέγξτε {} σήμερα."],
  ["id", "Mohon periksa {} hari ini."],
];

export const wrappers: readonly (readonly [shape: string, (text: string) => string])[] = [
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

export const nothingToFind: readonly (() => string)[] = [
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

/** One digit further, which no check digit lets pass. */
const spoiled = (number: string): string => `${number.slice(0, -1)}${(Number(number.at(-1)) + 1) % 10}`;

/** What looks like a value and is none, since a check digit, a range or a length says so. */
export const nearMisses: readonly (() => string)[] = [
  () => {
    const body = `4${digits(14)}`;
    return group(spoiled(`${body}${luhnDigit(body)}`), [4, 4, 4, 4], " ");
  },
  () => {
    const body = `9${digits(14)}`;
    return `${body}${luhnDigit(body)}`;
  },
  () => `DE00 ${group(digits(18), [4, 4, 4, 4, 2], " ")}`,
  () => `XY${digits(20)}`,
  () => `000-${pad(int(1, 99))}-${pad(int(1, 9999), 4)}`,
  () => {
    const number = digits(8);
    return `${number}${"TRWAGMYFPDXBNJZSQVHLCKE"[(Number(number) + 1) % 23]}`;
  },
  () => `756.${digits(4)}.${digits(4)}.A1`,
  () => `${int(256, 999)}.${int(256, 999)}.${int(0, 255)}.${int(0, 255)}`,
  () => `sk-${chars(lower, 8)}-${chars(lower, 12)}`,
  () => `ghp_${"x".repeat(36)}`,
  () => `AKIA${chars(alphanumeric.slice(26), 6)}`,
  () => `eyJ${chars(alphanumeric, 8)}`,
  () => `-----BEGIN PUBLIC KEY-----\n${chars(alphanumeric, 64)}\n-----END PUBLIC KEY-----`,
  () => `${chars(lower, 5)}@${chars(lower, 6)}`,
  () => `@${chars(lower, 6)}/${chars(lower, 5)}@${int(1, 9)}.${int(0, 20)}.${int(0, 9)}`,
  () => `+${digits(4)} points`,
  () => `555-${digits(4)}`,
  () => `1${digits(2)}-${digits(3)}-${digits(4)}`,
  () => `password: \${PASSWORD}`,
  () => `api_key=None, token=..., secret="<secret>"`,
  () => `Bearer token required`,
  () => `${int(1, 9)}${digits(9)} bytes in ${digits(8)} rows`,
  () => `PID-${digits(6)}-${digits(7)}-X`,
];
