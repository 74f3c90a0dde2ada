import { Char, charBits, isAlphanumeric, isDigit, isWord } from "../chars.ts";
import type { ScanContext } from "../scan-context.ts";
import { mod97 } from "./checksums.ts";

/** Length by country, from the IBAN registry (ISO 13616). */
const lengths = new Map(
  "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
    .split(" ")
    .map((row) => [row.slice(0, 2), Number(row.slice(2))]),
);

/** Called at a word's start that has two letters and two digits. Reads it in groups with one space or hyphen between, or in one piece. */
export function findIban(context: ScanContext, start: number): number {
  const { text } = context;
  const length = lengths.get(text.slice(start, start + 2).toUpperCase());
  if (length === undefined) return 0;
  const upper = (charBits(text.charCodeAt(start)) & Char.upper) !== 0;
  let compact = "";
  let at = start;
  while (compact.length < length) {
    const code = text.charCodeAt(at);
    if (isAlphanumeric(code)) {
      if (!isDigit(code) && ((charBits(code) & Char.upper) !== 0) !== upper) return 0;
      compact += text.slice(at, at + 1);
      at++;
    } else if (
      (code === 32 || code === 45 || code === 0xa0) &&
      compact.length % 4 === 0 &&
      isAlphanumeric(text.charCodeAt(at + 1))
    ) {
      at++;
    } else {
      return 0;
    }
  }
  // the two check digits are 02 to 98
  if (compact.startsWith("00", 2) || compact.startsWith("01", 2) || compact.startsWith("99", 2)) return 0;
  if (isWord(text.charCodeAt(at)) || mod97(compact.slice(4) + compact.slice(0, 4)) !== 1) return 0;
  return context.add("iban", start, at);
}
