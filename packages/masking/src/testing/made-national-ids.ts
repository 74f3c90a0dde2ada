import { cpfDigit, luhnDigit, mod1110Digit, modulo, weighted } from "./check-digits.ts";
import { chars, digits, fill, group, int, pad, pick, upper } from "./random-text.ts";

/** A value as it stands in a text; `text` also has the words that lead it in, without which nothing could be told. */
export type MadeValue = string | { readonly text: string; readonly value: string };

const led = (lead: string, value: string): MadeValue => ({ text: `${lead} ${value}`, value });
const yy = (): string => pad(int(50, 99));
const mm = (): string => pad(int(1, 12));
const dd = (): string => pad(int(1, 28));

/** Tries until check digits exist: some remainders have none. */
function until(make: () => string | undefined): string {
  for (;;) {
    const made = make();
    if (made !== undefined) return made;
  }
}

const eleven = (body: string, weights: readonly number[]): number => {
  const rest = weighted(body, weights) % 11;
  return rest < 2 ? 0 : 11 - rest;
};

/** One maker for every kind of number. Check digits are computed here, apart from the detectors' code. */
export const nationalIds: readonly (() => MadeValue)[] = [
  // Korea
  () => `${yy()}${mm()}${dd()}-${int(1, 4)}${digits(6)}`,
  () => led("주민등록번호", `${yy()}${mm()}${dd()}${int(1, 4)}${digits(6)}`),
  // United States
  () => `${pad(int(1, 665), 3)}-${pad(int(1, 99))}-${pad(int(1, 9999), 4)}`,
  () => led("SSN:", `${pad(int(1, 665), 3)}${pad(int(1, 99))}${pad(int(1, 9999), 4)}`),
  // Brazil
  () => {
    const body = `${int(1, 9)}${digits(8)}`;
    const first = cpfDigit(body);
    return `${group(body, [3, 3, 3], ".")}-${first}${cpfDigit(`${body}${first}`)}`;
  },
  // France
  () => {
    const body = `${int(1, 2)}${yy()}${mm()}${pad(int(1, 95))}${digits(6)}`;
    const number = `${body}${pad(97 - Number(BigInt(body) % 97n))}`;
    return pick([number, group(number, [1, 2, 2, 2, 3, 3, 2], " ")]);
  },
  // Spain
  () => {
    const number = digits(8);
    const letter = "TRWAGMYFPDXBNJZSQVHLCKE"[Number(number) % 23]!;
    return pick([`${number}${letter}`, `${number}-${letter}`, `${group(number, [2, 3, 3], ".")}-${letter}`]);
  },
  () => {
    const number = digits(7);
    const first = int(0, 2);
    return `${"XYZ"[first]}${number}${"TRWAGMYFPDXBNJZSQVHLCKE"[Number(`${first}${number}`) % 23]}`;
  },
  // Sweden
  () => {
    const body = `${yy()}${mm()}${dd()}${digits(3)}`;
    return `${body.slice(0, 6)}-${body.slice(6)}${luhnDigit(body)}`;
  },
  // China
  () => {
    const body = `${pick(["110105", "310101", "440305"])}19${yy()}${mm()}${dd()}${digits(3)}`;
    return body + "10X98765432"[weighted(body, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11];
  },
  // Switzerland
  () => {
    const body = `756${digits(9)}`;
    const sum = body.split("").reduce((total, c, i) => total + Number(c) * (i % 2 === 0 ? 1 : 3), 0);
    return group(`${body}${(10 - (sum % 10)) % 10}`, [3, 4, 4, 2], ".");
  },
  // Belgium
  () => {
    const body = `${yy()}${mm()}${dd()}${digits(3)}`;
    return `${group(body.slice(0, 6), [2, 2, 2], ".")}-${body.slice(6)}.${pad(97 - (Number(body) % 97))}`;
  },
  // Finland
  () => {
    const number = `${dd()}${mm()}${yy()}${pad(int(2, 899), 3)}`;
    const check = "0123456789ABCDEFHJKLMNPRSTUVWXY"[Number(number) % 31];
    return `${number.slice(0, 6)}${pick(["-", "A"])}${number.slice(6)}${check}`;
  },
  // United Kingdom
  () => `${pick(["AB", "CE", "JK", "PX"])}${pick([fill("######"), fill(" ## ## ## ")])}${pick(["A", "B", "C", "D"])}`,
  () =>
    until(() => {
      const body = digits(9);
      const check = (11 - (weighted(body, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
      return check === 10 ? undefined : group(`${body}${check}`, [3, 3, 4], " ");
    }),
  // Poland
  () => {
    const body = `${yy()}${mm()}${dd()}${digits(4)}`;
    return led("PESEL", `${body}${(10 - (weighted(body, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10}`);
  },
  // Canada
  () =>
    until(() => {
      const body = `${pick(["1", "2", "3", "4", "5", "6", "7", "9"])}${digits(7)}`;
      return group(`${body}${luhnDigit(body)}`, [3, 3, 3], "-");
    }),
  // Australia
  () =>
    until(() => {
      const number = `${int(1, 9)}${digits(8)}`;
      return weighted(number, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0 ? group(number, [3, 3, 3], " ") : undefined;
    }),
  // Germany
  () =>
    until(() => {
      const ten = digits(10);
      const counts = new Map<string, number>();
      for (const c of ten) counts.set(c, (counts.get(c) ?? 0) + 1);
      const repeated = [...counts.values()].filter((count) => count > 1);
      if (ten[0] === "0" || repeated.length !== 1 || repeated[0]! > 3) return undefined;
      return group(`${ten}${mod1110Digit(ten)}`, [2, 3, 3, 3], " ");
    }),
  // Netherlands
  () =>
    led(
      "BSN",
      until(() => {
        const number = `${int(1, 9)}${digits(8)}`;
        return weighted(number, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 ? number : undefined;
      }),
    ),
  // Norway
  () =>
    until(() => {
      const body = `${dd()}${mm()}${yy()}${digits(3)}`;
      const first = (11 - (weighted(body, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11;
      const second = (11 - (weighted(`${body}${first}`, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
      return first === 10 || second === 10 ? undefined : `${body}${first}${second}`;
    }),
  // Denmark
  () => `${dd()}${mm()}${yy()}-${digits(4)}`,
  // Czechia
  () =>
    until(() => {
      const number = `${yy()}${pick([mm(), pad(int(51, 62))])}${dd()}${digits(4)}`;
      return Number(number) % 11 === 0 ? `${number.slice(0, 6)}/${number.slice(6)}` : undefined;
    }),
  // Chile
  () => {
    const body = String(int(5_000_000, 25_000_000));
    const sum = body
      .split("")
      .toReversed()
      .reduce((total, c, i) => total + Number(c) * (2 + (i % 6)), 0);
    const check = "0123456789K"[(11 - (sum % 11)) % 11];
    return `${body.replaceAll(/\B(?:\d{3})+$/g, (rest) => `.${rest.slice(0, 3)}.${rest.slice(3)}`)}-${check}`;
  },
  // Mexico, Italy, India's PAN, Singapore: letters and digits
  () => "HEGG560427MVZRRL04",
  () => pick(["RSSMRA85T10A562S", "MRTMTT91D08F205J"]),
  () => `${chars(upper, 3)}P${chars(upper, 1)}${digits(4)}${chars(upper, 1)}`,
  () => {
    const body = digits(7);
    return `S${body}${"JZIHGFEDCBA"[weighted(body, [2, 7, 6, 5, 4, 3, 2]) % 11]}`;
  },
  // Ireland
  () => {
    const body = digits(7);
    return `${body}${"WABCDEFGHIJKLMNOPQRSTUV"[weighted(body, [8, 7, 6, 5, 4, 3, 2]) % 23]}`;
  },
  // Japan
  () => {
    const body = digits(11);
    return group(`${body}${eleven(body, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2])}`, [4, 4, 4], "-");
  },
  // Russia
  () => {
    const body = digits(9);
    const rest = weighted(body, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101;
    return `${group(body, [3, 3, 3], "-")} ${pad(rest === 100 ? 0 : rest)}`;
  },
  () => {
    const ten = digits(10);
    const first = (weighted(ten, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10;
    const second = (weighted(`${ten}${first}`, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10;
    return led("ИНН", `${ten}${first}${second}`);
  },
  // South Africa, Romania
  () => {
    const body = `${yy()}${mm()}${dd()}${int(0, 9)}${digits(3)}08`;
    return group(`${body}${luhnDigit(body)}`, [6, 4, 3], " ");
  },
  () => {
    const body = `${int(1, 2)}${yy()}${mm()}${dd()}${pad(int(1, 46))}${digits(3)}`;
    const rest = weighted(body, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    return led("CNP", `${body}${rest === 10 ? 1 : rest}`);
  },
  // Turkey
  () => {
    const body = `${int(1, 9)}${digits(8)}`;
    const [odd, even] = [0, 1].map((from) =>
      body.split("").reduce((sum, c, i) => (i % 2 === from ? sum + Number(c) : sum), 0),
    );
    const tenth = modulo(odd! * 7 - even!, 10);
    return led("TC Kimlik No:", `${body}${tenth}${(odd! + even! + tenth) % 10}`);
  },
  // Taiwan
  () =>
    until(() => {
      const letter = chars("ABCDEFGH", 1);
      const code = 10 + "ABCDEFGHJKLMNPQRSTUVXYWZIO".indexOf(letter);
      const body = `${int(1, 2)}${digits(7)}`;
      const sum = Math.floor(code / 10) + (code % 10) * 9 + weighted(body, [8, 7, 6, 5, 4, 3, 2, 1]);
      return `${letter}${body}${(10 - (sum % 10)) % 10}`;
    }),
  // Hong Kong
  () => {
    const letter = chars(upper, 1);
    const body = digits(6);
    const sum = 324 + (letter.charCodeAt(0) - 55) * 8 + weighted(body, [7, 6, 5, 4, 3, 2]);
    const rest = (11 - (sum % 11)) % 11;
    return `${letter}${body}(${rest === 10 ? "A" : rest})`;
  },
  // Malaysia, Indonesia, Thailand
  () => `${yy()}${mm()}${dd()}-${pad(int(1, 14))}-${digits(4)}`,
  () => led("NIK", `3${digits(5)}${dd()}${mm()}${yy()}${pad(int(1, 9999), 4)}`),
  () => {
    const body = `${int(1, 8)}${digits(11)}`;
    const check = (11 - (weighted(body, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10;
    return group(`${body}${check}`, [1, 4, 5, 2, 1], "-");
  },
  // Argentina, Croatia, Bulgaria, Ukraine, Greece
  () =>
    until(() => {
      const body = `${pick(["20", "23", "27"])}${digits(8)}`;
      const check = (11 - (weighted(body, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
      return check === 10 ? undefined : group(`${body}${check}`, [2, 8, 1], "-");
    }),
  () => {
    const body = digits(10);
    return led("OIB:", `${body}${mod1110Digit(body)}`);
  },
  () => {
    const body = `${yy()}${mm()}${dd()}${digits(3)}`;
    return led("ЕГН", `${body}${(weighted(body, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10}`);
  },
  () => {
    const body = `3${digits(8)}`;
    return led("РНОКПП:", `${body}${modulo(weighted(body, [-1, 5, 7, 9, 4, 6, 10, 5, 7]), 11) % 10}`);
  },
  () => {
    const body = `${dd()}${mm()}${yy()}${digits(4)}`;
    return led("AMKA", `${body}${luhnDigit(body)}`);
  },
  // Estonia, Latvia
  () => {
    const body = `3${yy()}${mm()}${dd()}${digits(3)}`;
    const first = weighted(body, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    const rest = first < 10 ? first : weighted(body, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
    return led("isikukood", `${body}${rest % 10}`);
  },
  () => `32${digits(4)}-${digits(5)}`,
  // Pakistan, the Emirates, Kazakhstan
  () => `${int(1, 7)}${digits(4)}-${digits(7)}-${digits(1)}`,
  () => {
    const body = `78419${yy()}${digits(7)}`;
    return group(`${body}${luhnDigit(body)}`, [3, 4, 7, 1], "-");
  },
  () =>
    led(
      "ИИН",
      until(() => {
        const body = `${yy()}${mm()}${dd()}${int(3, 4)}${digits(4)}`;
        const rest = weighted(body, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) % 11;
        return rest === 10 ? undefined : `${body}${rest}`;
      }),
    ),
  // passports, after the word
  () => led("passport no.", `${chars(upper, 1)}${digits(8)}`),
  // Italy and Spain in lower case, after the word
  () => {
    const number = digits(8);
    return led("dni", `${number}${"trwagmyfpdxbnjzsqvhlcke"[Number(number) % 23]}`);
  },
  () => pick(["rssmra85t10a562s", "mrtmtt91d08f205j"]),
];
