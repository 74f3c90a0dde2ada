/** Country codes of ITU-T E.164, by how many digits they have. */
const oneDigit = /^[17]/;
const twoDigits = /^(?:2[07]|3[0-469]|4[0134-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;
const threeDigits =
  /^(?:21[1-38]|22\d|23\d|24\d|25[0-8]|26\d|29[017-9]|35\d|37\d|38[0-235-79]|42[013]|50\d|59\d|67[02-9]|68\d|69[0-2]|80[08]|85[02356]|87[08]|88[0-36]|96\d|97[0-79]|99[234568])/;

const words =
  /phone|tel\b|tel[.:]|telef|mobil|móvil|celular|\bcell|\bcall|\btext me|fax|whatsapp|sms|handy|rufnummer|portable|numéro|gsm|電話|携帯|连絡|联系|电话|手机|號碼|전화|휴대|연락처|тел|моб|номер|звон|फ़ोन|फोन|मोबाइल|هاتف|جوال|điện thoại|โทร/;

/** Whether the words right before a number say that it is a telephone's. */
export function namesPhone(before: string): boolean {
  return words.test(before);
}

/** Digits after a `+` or an international prefix: a known country code and a number no longer than E.164 allows. */
export function isInternationalPhone(digits: string): boolean {
  if (digits.length < 8 || digits.length > 15) return false;
  if (oneDigit.test(digits)) return digits.length === 11 && (digits[0] === "7" || /^1[2-9]/.test(digits));
  return twoDigits.test(digits) || threeDigits.test(digits);
}

/** North American Numbering Plan: area and exchange start with 2–9. */
function isNanp(digits: string): boolean {
  return /^[2-9]\d\d[2-9]\d{6}$/.test(digits);
}

/** National forms: how the digits are grouped, and what the digits must look like. */
const national: readonly (readonly [shapes: readonly string[], digits: RegExp])[] = [
  [["3-3-4", "3.3.4", "3)3-4", "3)3.4", "3)3 4", "3)7"], /^[2-9]\d\d[2-9]\d{6}$/],
  [["1-3-3-4", "1 3 3 4", "1.3.3.4", "1)3)3-4", "1 3-3-4", "1-3)3-4"], /^1[2-9]\d\d[2-9]\d{6}$/],
  [["2 2 2 2 2", "2.2.2.2.2", "2-2-2-2-2"], /^0[1-9]/],
  [
    [
      "3-4-4",
      "2-4-4",
      "3-3-4",
      "4-3-3",
      "4-2-4",
      "2-3-4",
      "4-3-4",
      "5-1-4",
      "2-8",
      "4-4-4",
      "5-4",
      "2)4-4",
      "2)3-4",
      "3)3-4",
      "3)4-4",
    ],
    /^0[1-9]/,
  ],
  [
    "3 4 4|2 4 4|4 3 4|4 3 3|5 6|5 3 3|4 6|4 7|3 7|3 8|3 6|3 3 4|5 5|2 8|2 7|3 3 2 2|3 2 2 2|4 2 2 2|4 3 2 2|4 2 2 3|2 3 2 2|2 3 3 2|3 2 3|1 3 3 2 2|3 3 3|3/7|3/8|4/7|4/6|5/6|4/8|3-7|3-8|4-7|4-8|4-6|5-6|2)4 4|2)4-4|3)4 4|3)8|3)7|3)6|4)3 3|4)6|4)7|5)6|5)5|1)2 2 2 2".split(
      "|",
    ),
    /^0[1-9]\d{7,10}$/,
  ],
  // Brazil, Russia, India, China, Spain, Italy, South Korea's service numbers
  [["2)5-4", "2)4-4", "2 5-4", "2)5 4"], /^[1-9]\d(?:9\d{8}|[2-5]\d{7})$/],
  [["1)3)3-2-2", "1 3 3-2-2", "1-3-3-2-2", "1 3 3 2 2", "1)3)3 2 2", "1)3)7"], /^[78][3489]\d{9}$/],
  [["5 5", "5-5"], /^[6-9]\d{9}$/],
  [["3 4 4", "3-4-4"], /^1[3-9]\d{9}$/],
  [["3 2 2 2", "3-2-2-2"], /^[6789]\d{8}$/],
  [["3 7", "3-7"], /^3[2-9]\d{8}$/],
  [["4-4"], /^1[5-8]\d\d\d{4}$/],
];

const byShape = new Map<string, RegExp[]>();
for (const [shapes, digits] of national) {
  for (const shape of shapes) byShape.set(shape, [...(byShape.get(shape) ?? []), digits]);
}

/** A number as it is written within a country, told by its grouping and its first digits. */
export function isNationalPhone(digits: string, shape: string): boolean {
  return byShape.get(shape)?.some((pattern) => pattern.test(digits)) ?? false;
}

/** `0049 30 …`, `011 44 20 …`: an international prefix written out. */
export function hasInternationalPrefix(digits: string, shape: string): boolean {
  if (digits.startsWith("00") && digits.length >= 11) return isInternationalPhone(digits.slice(2));
  return digits.startsWith("011") && shape.startsWith("3") && isInternationalPhone(digits.slice(3));
}

/** What is believed if the words before say "phone": seven to fifteen digits that are neither a date nor a year range. */
export function isPhoneInContext(digits: string, shape: string): boolean {
  if (digits.length < 7 || digits.length > 15) return false;
  if (/^4-2-2$|^2[./-]2[./-]4$|^4-4$/.test(shape)) return /^4-4$/.test(shape) && !/^(?:19|20)\d\d/.test(digits);
  return digits.length > 8 || shape.length > 1 || isNanp(digits) || digits.length === 8;
}
