import { apiKeyRows } from "../detectors/api-key-table.ts";
import type { ApiKeyRow } from "../detectors/api-key-table.ts";
import { luhnDigit } from "./check-digits.ts";
import { nationalIds } from "./made-national-ids.ts";
import type { MadeValue } from "./made-national-ids.ts";
import { alphanumeric, chars, digits, fill, group, hex, int, lower, pad, pick, upper } from "./random-text.ts";

const segment = (value: object): string =>
  btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** The characters that keys of the table are made of. */
const charsets: Readonly<Record<ApiKeyRow["charset"], string>> = {
  alphanumeric,
  hex,
  base64url: `${alphanumeric}${alphanumeric}-_`,
  token: alphanumeric,
  upper: `${upper}0123456789`,
};

/** A key of any row of the detector's table, with a digit and a letter in it as all but one in millions have. */
function anyListedKey(): string {
  const { prefix, charset, length } = pick(apiKeyRows);
  return `${prefix}${chars(charsets[charset], length - 2)}${charset === "upper" ? "Z7" : "a7"}`;
}

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

/** A value of a detector, made anew with every call. */
export const valueMakers: Readonly<Record<string, () => MadeValue>> = {
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
      "FR####################@##",
      "GB@@@@##############",
      "NL@@@@##########",
      "ES####################",
      "IT@######################",
      "CH#################",
      "BE############",
      "PL########################",
      "SE####################",
      "AT################",
      "NO###########",
      "BR#######################@#",
      "AE###################",
      "TR######################",
      "DK##############",
      "FI##############",
      "PT#####################",
      "IE@@@@##############",
      "LU################",
      "CZ####################",
      "HU########################",
      "RO@@@@####@@@@########",
      "GR#######################",
      "IL###################",
      "SA####################",
      "UA#########################",
      "KZ################",
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
  "national-id": () => pick(nationalIds)(),
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
      anyListedKey,
      anyListedKey,
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
