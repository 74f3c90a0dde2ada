import { isMonthAndDay, luhn, mod11And10, mod97, startsWithDate, verhoeff, weightedSum } from "./checksums.ts";

/** One kind of national number that is written in digits only. */
export interface NationalNumber {
  /** ISO 3166 country, and a suffix if it has several. */
  readonly country: string;
  /** The ways its digits are grouped; what is not written like that is not looked at. */
  readonly shapes: readonly string[];
  /** Words near a number in one piece that make it worth checking; without them a plain number is left alone. */
  readonly context?: RegExp;
  /** Set where other numbers are grouped like that as well: then the words are needed for these forms, too. */
  readonly shapesNeedContext?: true;
  /** Digits of the number in one piece. `alone` numbers have checks strong enough to need no context. */
  readonly plain?: { readonly length: number; readonly alone: boolean };
  /** Numbers in one piece that are more often something else: then the words are needed, whatever `plain` says. */
  isMoreOften?(digits: string): boolean;
  /** Check digits, dates and ranges, given the digits. */
  isValid(digits: string): boolean;
}

const at = (digits: string, index: number): number => digits.charCodeAt(index) - 48;

function checkedEleven(digits: string, weights: readonly number[], length: number): boolean {
  const rest = weightedSum(digits, weights) % 11;
  return (rest < 2 ? 0 : 11 - rest) === at(digits, length);
}

/** `YYYYMMDD` with a year that someone alive can be born in. */
function isBirthDate(digits: string, from: number): boolean {
  const year = Number(digits.slice(from, from + 4));
  return year >= 1900 && year <= 2035 && startsWithDate(digits.slice(from + 2, from + 8), "ymd");
}

/** Thirteen digits that are a moment in milliseconds between 2001 and 2033 rather than a number of a person. */
function isEpochMs(digits: string): boolean {
  return digits.length === 13 && digits >= "1000000000000" && digits < "2000000000000";
}

/** A remainder that is never negative. */
function mod(value: number, by: number): number {
  return ((value % by) + by) % by;
}

/** Estonia's and Lithuania's: century and sex, date of birth, number, a check digit of two rounds. */
function isBaltic(digits: string): boolean {
  if (!/^[1-8]/.test(digits) || !startsWithDate(digits.slice(1), "ymd")) return false;
  let rest = weightedSum(digits, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
  if (rest === 10) rest = weightedSum(digits, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
  return rest % 10 === at(digits, 10);
}

export const nationalNumbers: readonly NationalNumber[] = [
  {
    // the form alone is taken: numbers given since October 2020 carry no check digit
    country: "kr",
    shapes: ["6-7"],
    context: /주민|resident registration|rrn/,
    plain: { length: 13, alone: false },
    isValid: (digits) => digits !== "0000000000000",
  },
  {
    country: "us",
    shapes: ["3-2-4", "3 2 4"],
    context: /ssn|social security|tax ?id|itin|seguro social/,
    plain: { length: 9, alone: false },
    isValid(digits) {
      const area = digits.slice(0, 3);
      const group = Number(digits.slice(3, 5));
      if (digits.slice(5) === "0000" || group === 0 || area === "000" || area === "666") return false;
      return area < "900" || (group >= 50 && group <= 99 && group !== 89 && group !== 93);
    },
  },
  {
    country: "ca",
    shapes: ["3-3-3", "3 3 3"],
    context: /\bsin\b|social insurance|assurance sociale/,
    plain: { length: 9, alone: false },
    isValid: (digits) => at(digits, 0) !== 0 && at(digits, 0) !== 8 && luhn(digits),
  },
  {
    country: "au",
    shapes: ["3 3 3", "3-3-3"],
    context: /tfn|tax file/,
    plain: { length: 9, alone: false },
    isValid: (digits) => at(digits, 0) !== 0 && weightedSum(digits, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0,
  },
  {
    country: "gb-nhs",
    shapes: ["3 3 4"],
    context: /\bnhs\b/,
    plain: { length: 10, alone: false },
    isValid: (digits) => (11 - (weightedSum(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === at(digits, 9),
  },
  {
    country: "br",
    shapes: ["3.3.3-2"],
    context: /\bcpf\b/,
    plain: { length: 11, alone: false },
    isValid: (digits) =>
      !/^(\d)\1+$/.test(digits) &&
      checkedEleven(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2], 9) &&
      checkedEleven(digits, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2], 10),
  },
  {
    country: "fr",
    shapes: ["1 2 2 2 3 3 2", "1 2 2 2 3 3-2", "13 2", "1.2.2.2.3.3.2"],
    plain: { length: 15, alone: true },
    isValid(digits) {
      const month = Number(digits.slice(3, 5));
      const known = (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50;
      return /^[1-4]/.test(digits) && known && 97 - mod97(digits.slice(0, 13)) === Number(digits.slice(13));
    },
  },
  {
    country: "de",
    shapes: ["2 3 3 3"],
    context: /steuer|\bidnr|tax id|\btin\b/,
    plain: { length: 11, alone: false },
    isValid(digits) {
      const counts = Array.from({ length: 10 }, () => 0);
      for (let i = 0; i < 10; i++) counts[at(digits, i)]!++;
      const repeated = counts.filter((count) => count > 1);
      return at(digits, 0) !== 0 && repeated.length === 1 && repeated[0]! <= 3 && mod11And10(digits);
    },
  },
  {
    country: "nl",
    shapes: ["4.2.3"],
    context: /\bbsn\b|burgerservice|sofi/,
    plain: { length: 9, alone: false },
    isValid: (digits) => digits !== "000000000" && weightedSum(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
  },
  {
    country: "be",
    shapes: ["2.2.2-3.2", "2.2.2 3.2", "2.2.2-3-2"],
    plain: { length: 11, alone: true },
    isValid(digits) {
      if (!startsWithDate(digits, "ymd")) return false;
      const check = Number(digits.slice(9));
      return check === 97 - (Number(digits.slice(0, 9)) % 97) || check === 97 - (Number(`2${digits.slice(0, 9)}`) % 97);
    },
  },
  {
    country: "pl",
    shapes: [],
    context: /pesel/,
    plain: { length: 11, alone: false },
    isValid: (digits) => weightedSum(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
  },
  {
    country: "se",
    shapes: ["6-4", "8-4"],
    context: /personnummer|personal identity/,
    plain: { length: 12, alone: true },
    isValid(digits) {
      if (digits.length === 12 && !isBirthDate(digits, 0)) return false;
      const ten = digits.slice(-10);
      // days from 61 on are those of coordination numbers
      const day = Number(ten.slice(4, 6)) % 60;
      return startsWithDate(ten.slice(0, 4) + String(day).padStart(2, "0"), "ymd") && luhn(ten);
    },
  },
  {
    // numbers given since 2007 need not pass the old modulus, so the date is what there is to check
    country: "dk",
    shapes: ["6-4"],
    isValid: (digits) => startsWithDate(digits, "dmy"),
  },
  {
    country: "no",
    shapes: ["6 5"],
    plain: { length: 11, alone: true },
    isValid: (digits) =>
      startsWithDate(digits, "dmy") &&
      weightedSum(digits, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
      weightedSum(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  },
  {
    country: "ch",
    shapes: ["3.4.4.2", "3 4 4 2"],
    plain: { length: 13, alone: true },
    isValid: (digits) =>
      digits.startsWith("756") && weightedSum(digits, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0,
  },
  {
    country: "cz",
    shapes: ["6/4"],
    isValid(digits) {
      const month = Number(digits.slice(2, 4)) % 50;
      return (
        startsWithDate(digits.slice(0, 2) + String(month % 20).padStart(2, "0") + digits.slice(4, 6), "ymd") &&
        Number(digits) % 11 === 0
      );
    },
  },
  {
    country: "in",
    shapes: ["4 4 4", "4-4-4"],
    context: /aadhaar|aadhar|आधार|uidai/,
    plain: { length: 12, alone: false },
    isValid: (digits) => at(digits, 0) > 1 && verhoeff(digits),
  },
  {
    country: "jp",
    shapes: ["4-4-4", "4 4 4"],
    context: /マイナンバー|個人番号|my number/,
    plain: { length: 12, alone: false },
    isValid(digits) {
      const rest = weightedSum(digits, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
      return (rest < 2 ? 0 : 11 - rest) === at(digits, 11);
    },
  },
  {
    country: "cn",
    shapes: [],
    plain: { length: 18, alone: true },
    isValid: (digits) => isChinese(digits, digits.slice(17)),
  },
  {
    country: "ru",
    shapes: ["3-3-3 2", "3-3-3-2", "3 3 3 2"],
    context: /снилс|snils/,
    plain: { length: 11, alone: false },
    isValid(digits) {
      const rest = weightedSum(digits, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101;
      return (rest === 100 ? 0 : rest) === Number(digits.slice(9));
    },
  },
  {
    country: "za",
    shapes: ["6 4 3", "6 4 2 1"],
    plain: { length: 13, alone: true },
    context: /\bid\b/,
    isMoreOften: isEpochMs,
    isValid: (digits) => startsWithDate(digits, "ymd") && /^.{10}[01][89]/.test(digits) && luhn(digits),
  },
  {
    country: "ro",
    shapes: [],
    plain: { length: 13, alone: true },
    context: /\bcnp\b/,
    isMoreOften: isEpochMs,
    isValid(digits) {
      if (!/^[1-8]/.test(digits) || !startsWithDate(digits.slice(1), "ymd")) return false;
      const county = Number(digits.slice(7, 9));
      const rest = weightedSum(digits, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
      return county >= 1 && county <= 52 && (rest === 10 ? 1 : rest) === at(digits, 12);
    },
  },
  {
    country: "tr",
    shapes: [],
    context: /kimlik|\btckn\b|\bt\.?c\.? ?no/,
    plain: { length: 11, alone: false },
    isValid(digits) {
      const odd = weightedSum(digits, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
      const even = weightedSum(digits, [0, 1, 0, 1, 0, 1, 0, 1]);
      const tenth = (((odd * 7 - even) % 10) + 10) % 10;
      return at(digits, 0) !== 0 && tenth === at(digits, 9) && (odd + even + tenth) % 10 === at(digits, 10);
    },
  },
  {
    country: "pt",
    shapes: [],
    context: /\bnif\b|contribuinte/,
    plain: { length: 9, alone: false },
    isValid: (digits) => checkedEleven(digits, [9, 8, 7, 6, 5, 4, 3, 2], 8),
  },
  {
    // taxpayers: ten digits of companies are public, twelve of persons are not
    country: "ru-inn",
    shapes: [],
    context: /инн|\binn\b/,
    plain: { length: 12, alone: false },
    isValid: (digits) =>
      (weightedSum(digits, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === at(digits, 10) &&
      (weightedSum(digits, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === at(digits, 11),
  },
  {
    country: "my",
    shapes: ["6-2-4"],
    context: /mykad|\bic\b|kad pengenalan/,
    plain: { length: 12, alone: false },
    isValid: (digits) => startsWithDate(digits, "ymd") && digits.slice(6, 8) !== "00",
  },
  {
    // region, date of birth (women's days are 40 higher), number
    country: "id",
    shapes: [],
    context: /\bnik\b|\bktp\b|kependudukan/,
    plain: { length: 16, alone: false },
    isValid(digits) {
      const day = Number(digits.slice(6, 8));
      return /^[1-9]/.test(digits) && isMonthAndDay(Number(digits.slice(8, 10)), day > 40 ? day - 40 : day);
    },
  },
  {
    country: "th",
    shapes: ["1-4-5-2-1", "1 4 5 2 1"],
    context: /ประชาชน|thai id/,
    plain: { length: 13, alone: false },
    isValid: (digits) =>
      at(digits, 0) !== 0 &&
      (11 - (weightedSum(digits, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === at(digits, 12),
  },
  {
    country: "ar",
    shapes: ["2-8-1"],
    context: /cuit|cuil/,
    plain: { length: 11, alone: false },
    isValid: (digits) =>
      /^(?:2[0347]|3[034])/.test(digits) && weightedSum(digits, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  },
  {
    country: "hr",
    shapes: [],
    context: /\boib\b/,
    plain: { length: 11, alone: false },
    isValid: mod11And10,
  },
  {
    country: "bg",
    shapes: [],
    context: /\begn\b|егн/,
    plain: { length: 10, alone: false },
    // months from 21 are of the century before, from 41 of the one after
    isValid: (digits) =>
      isMonthAndDay(Number(digits.slice(2, 4)) % 20, Number(digits.slice(4, 6))) &&
      (weightedSum(digits, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === at(digits, 9),
  },
  {
    country: "ua",
    shapes: [],
    context: /рнокпп|іпн|\bипн\b|rnokpp/,
    plain: { length: 10, alone: false },
    isValid: (digits) => mod(weightedSum(digits, [-1, 5, 7, 9, 4, 6, 10, 5, 7]), 11) % 10 === at(digits, 9),
  },
  {
    country: "gr-amka",
    shapes: [],
    context: /amka|αμκα/,
    plain: { length: 11, alone: false },
    isValid: (digits) => startsWithDate(digits, "dmy") && luhn(digits),
  },
  {
    country: "ee",
    shapes: [],
    context: /isikukood|personal code|ik\b/,
    plain: { length: 11, alone: false },
    isValid: isBaltic,
  },
  {
    country: "lt",
    shapes: [],
    context: /asmens kod|personal code/,
    plain: { length: 11, alone: false },
    isValid: isBaltic,
  },
  {
    country: "lv",
    shapes: ["6-5"],
    context: /personas kod/,
    plain: { length: 11, alone: false },
    isValid(digits) {
      if (digits.startsWith("32")) return true;
      const sum = weightedSum(digits, [1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
      return startsWithDate(digits, "dmy") && (1101 - sum) % 11 === at(digits, 10);
    },
  },
  {
    country: "pk",
    shapes: ["5-7-1"],
    context: /cnic|nadra/,
    plain: { length: 13, alone: false },
    isValid: (digits) => /^[1-7]/.test(digits),
  },
  {
    country: "hu-taj",
    shapes: [],
    context: /\btaj\b/,
    plain: { length: 9, alone: false },
    isValid: (digits) => weightedSum(digits, [3, 7, 3, 7, 3, 7, 3, 7]) % 10 === at(digits, 8),
  },
  {
    country: "rs",
    shapes: [],
    context: /jmbg|emšo|emso|јмбг|embg|ембг/,
    plain: { length: 13, alone: false },
    isValid(digits) {
      const rest = weightedSum(digits, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
      return (
        isMonthAndDay(Number(digits.slice(2, 4)), Number(digits.slice(0, 2))) &&
        (rest < 2 ? 0 : 11 - rest) === at(digits, 12)
      );
    },
  },
  {
    country: "at",
    shapes: ["4 6"],
    shapesNeedContext: true,
    context: /\bsvnr|sozialversicherung|sv-nummer/,
    plain: { length: 10, alone: false },
    isValid: (digits) =>
      isMonthAndDay(Number(digits.slice(6, 8)) % 12 || 12, Number(digits.slice(4, 6))) &&
      weightedSum(digits, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === at(digits, 3),
  },
  {
    country: "ae",
    shapes: ["3-4-7-1"],
    context: /emirates id/,
    plain: { length: 15, alone: false },
    isValid: (digits) => /^784(?:19|20)/.test(digits) && luhn(digits),
  },
  {
    country: "sa",
    shapes: [],
    context: /iqama|national id|الهوية|الإقامة/,
    plain: { length: 10, alone: false },
    isValid: (digits) => /^[12]/.test(digits) && luhn(digits),
  },
  {
    country: "eg",
    shapes: [],
    context: /national id|القومي|الرقم القومى/,
    plain: { length: 14, alone: false },
    isValid: (digits) => /^[23]/.test(digits) && startsWithDate(digits.slice(1), "ymd"),
  },
  {
    country: "ir",
    shapes: ["3-6-1"],
    context: /کد ملی|كد ملي|melli/,
    plain: { length: 10, alone: false },
    isValid(digits) {
      const rest = weightedSum(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
      return !/^(\d)\1+$/.test(digits) && (rest < 2 ? rest : 11 - rest) === at(digits, 9);
    },
  },
  {
    country: "kz",
    shapes: [],
    context: /\biin\b|иин|жсн/,
    plain: { length: 12, alone: false },
    isValid(digits) {
      let rest = weightedSum(digits, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) % 11;
      if (rest === 10) rest = weightedSum(digits, [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) % 11;
      return startsWithDate(digits, "ymd") && rest === at(digits, 11);
    },
  },
  {
    country: "ec",
    shapes: [],
    context: /c[eé]dula/,
    plain: { length: 10, alone: false },
    isValid: (digits) => Number(digits.slice(0, 2)) <= 24 && at(digits, 2) < 6 && luhn(digits),
  },
  {
    country: "vn",
    shapes: [],
    context: /cccd|căn cước|cmnd/,
    plain: { length: 12, alone: false },
    isValid: (digits) => digits.startsWith("0"),
  },
  {
    country: "ng",
    shapes: [],
    context: /\bnin\b|\bbvn\b/,
    plain: { length: 11, alone: false },
    isValid: (digits) => !/^(\d)\1+$/.test(digits),
  },
  {
    country: "nz",
    shapes: ["2-3-3", "3-3-3"],
    shapesNeedContext: true,
    context: /\bird\b/,
    plain: { length: 9, alone: false },
    isValid(digits) {
      const nine = digits.padStart(9, "0");
      const first = mod(-weightedSum(nine, [3, 2, 7, 6, 5, 4, 3, 2]), 11);
      const rest = first === 10 ? mod(-weightedSum(nine, [7, 4, 3, 2, 5, 2, 7, 6]), 11) : first;
      return Number(nine) >= 10_000_000 && rest === at(nine, 8);
    },
  },
  {
    country: "is",
    shapes: [],
    context: /kennitala/,
    plain: { length: 10, alone: false },
    isValid: (digits) => startsWithDate(digits, "dmy") && weightedSum(digits, [3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  },
  {
    country: "lu",
    shapes: [],
    context: /matricule|cns\b/,
    plain: { length: 13, alone: false },
    isValid: (digits) => isBirthDate(digits, 0) && luhn(digits.slice(0, 12)),
  },
  {
    country: "il",
    shapes: [],
    context: /teudat|תעודת|ת\.ז|ת"ז/,
    plain: { length: 9, alone: false },
    isValid: luhn,
  },
];

const chineseWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** GB 11643: region, date of birth, and a check character by ISO/IEC 7064 MOD 11-2. */
export function isChinese(digits: string, check: string): boolean {
  return (
    /^[1-68]/.test(digits) &&
    isBirthDate(digits, 6) &&
    "10X98765432"[weightedSum(digits, chineseWeights) % 11] === check.toUpperCase()
  );
}
