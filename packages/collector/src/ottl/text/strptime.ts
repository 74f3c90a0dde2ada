import { describeText } from "./describe-text.ts";
import { OttlError } from "../ottl-error.ts";
import { formatOffset } from "../values/rfc3339.ts";
import { checkZone, partsOf, timeAt, type TimeParts } from "../values/time-parts.ts";
import type { Time } from "../values/value.ts";

const months = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const two = (value: number): string => String(value).padStart(2, "0");
const short = (names: readonly string[]): string[] => names.map((name) => name.slice(0, 3));
const oneOf = (names: readonly string[]): string => names.join("|");

/** What parsing has found so far. */
interface Found {
  year?: number;
  month?: number;
  day?: number;
  hour?: number;
  minute?: number;
  second?: number;
  nanosecond?: number;
  isPm?: boolean;
  zone?: string | undefined;
}

interface Directive {
  readonly pattern: string;
  readonly read: (found: Found, text: string) => void;
  readonly write: (parts: TimeParts) => string;
}

function numeric(
  pattern: string,
  key: "year" | "month" | "day" | "hour" | "minute" | "second",
  write: Directive["write"],
): Directive {
  return { pattern, read: (found, text) => void (found[key] = Number(text.trim())), write };
}

const hour12 = (hour: number): number => (hour % 12 === 0 ? 12 : hour % 12);
const fraction = (digits: number): Directive => ({
  pattern: String.raw`\d{1,9}`,
  read: (found, text) => void (found.nanosecond = Number(text.padEnd(9, "0"))),
  write: ({ nanosecond }) => String(nanosecond).padStart(9, "0").slice(0, digits),
});
const monthName = (names: readonly string[]): Directive => ({
  pattern: oneOf(names),
  read: (found, text) => void (found.month = names.findIndex((name) => name.toLowerCase() === text.toLowerCase()) + 1),
  write: ({ month }) => names[month - 1]!,
});
const dayName = (names: readonly string[]): Directive => ({
  pattern: oneOf(names),
  read: () => {},
  write: ({ weekday }) => names[weekday]!,
});
const halfDay = (am: string, pm: string): Directive => ({
  pattern: `${am}|${pm}`,
  read: (found, text) => void (found.isPm = text.toLowerCase() === "pm"),
  write: ({ hour }) => (hour < 12 ? am : pm),
});
const offset = (separator: string, pattern: string, zero?: string): Directive => ({
  pattern,
  read: (found, text) => void (found.zone = text === "Z" ? undefined : toZone(text)),
  write: ({ offsetMinutes }) => formatOffset(offsetMinutes, separator, zero),
});

function toZone(text: string): string {
  const digits = text.slice(1).replaceAll(":", "").padEnd(4, "0");
  return `${text[0]}${digits.slice(0, 2)}:${digits.slice(2, 4)}`;
}

const oneOrTwo = String.raw`\d{1,2}`;
const padded = String.raw`\s?\d{1,2}`;
const directives: Readonly<Record<string, Directive>> = {
  Y: numeric(String.raw`\d{4}`, "year", ({ year }) => String(year).padStart(4, "0")),
  y: {
    pattern: String.raw`\d{2}`,
    read: (found, text) => void (found.year = Number(text) + (Number(text) >= 69 ? 1900 : 2000)),
    write: ({ year }) => two(year % 100),
  },
  m: numeric(oneOrTwo, "month", ({ month }) => two(month)),
  o: numeric(padded, "month", ({ month }) => String(month).padStart(2)),
  q: numeric(oneOrTwo, "month", ({ month }) => String(month)),
  b: monthName(short(months)),
  h: monthName(short(months)),
  B: monthName(months),
  d: numeric(oneOrTwo, "day", ({ day }) => two(day)),
  e: numeric(padded, "day", ({ day }) => String(day).padStart(2)),
  g: numeric(oneOrTwo, "day", ({ day }) => String(day)),
  a: dayName(short(days)),
  A: dayName(days),
  H: numeric(oneOrTwo, "hour", ({ hour }) => two(hour)),
  I: numeric(oneOrTwo, "hour", ({ hour }) => two(hour12(hour))),
  l: numeric(oneOrTwo, "hour", ({ hour }) => String(hour12(hour))),
  p: halfDay("AM", "PM"),
  P: halfDay("am", "pm"),
  M: numeric(oneOrTwo, "minute", ({ minute }) => two(minute)),
  S: numeric(oneOrTwo, "second", ({ second }) => two(second)),
  L: fraction(3),
  f: fraction(6),
  s: fraction(9),
  Z: {
    pattern: String.raw`[A-Z]{3,5}|[+-]\d{2}`,
    read: (found, text) => void (found.zone = text === "UTC" || text === "GMT" ? undefined : text),
    write: ({ zoneName, offsetMinutes }) => zoneName || formatOffset(offsetMinutes, ""),
  },
  z: offset("", String.raw`Z|[+-]\d{2}:?\d{2}`, "Z"),
  w: { ...offset("", String.raw`[+-]\d{6}`), write: ({ offsetMinutes }) => `${formatOffset(offsetMinutes, "")}00` },
  i: {
    ...offset("", String.raw`[+-]\d{2}`),
    write: ({ offsetMinutes }) => formatOffset(offsetMinutes, "").slice(0, 3),
  },
  j: offset(":", String.raw`[+-]\d{2}:\d{2}`),
  k: {
    ...offset(":", String.raw`[+-]\d{2}:\d{2}:\d{2}`),
    write: ({ offsetMinutes }) => `${formatOffset(offsetMinutes, ":")}:00`,
  },
};

const compound: Readonly<Record<string, string>> = {
  D: "%m/%d/%Y",
  x: "%m/%d/%Y",
  F: "%Y-%m-%d",
  T: "%H:%M:%S",
  X: "%H:%M:%S",
  r: "%I:%M:%S %P",
  R: "%H:%M",
  n: "\n",
  t: "\t",
  c: "%a %b %d %H:%M:%S %Y",
};

type Piece = string | Directive;

/** @throws {OttlError} for a directive that there is not, and a fraction without a dot or comma before it. */
function piecesOf(format: string): Piece[] {
  if (/[^.,]%[Lfs]/u.test(format)) {
    throw new OttlError(`invalid strptime format: '${format}': fractions of a second need a dot or comma before them`);
  }
  const pieces: Piece[] = [];
  const expanded = format.replaceAll(/%([DxFTXrRntc])/gu, (_, letter: string) => compound[letter]!);
  for (const found of expanded.matchAll(/%(?<letter>.?)|[^%]+/gsu)) {
    const letter = found.groups!["letter"];
    if (letter === undefined) pieces.push(found[0]);
    else if (letter === "%") pieces.push("%");
    else {
      const directive = Object.hasOwn(directives, letter) ? directives[letter] : undefined;
      if (directive === undefined)
        throw new OttlError(`invalid strptime format: '${format}': unsupported directive %${letter}`);
      pieces.push(directive);
    }
  }
  return pieces;
}

/** Writes times as C's strftime does, with the directives of upstream. @throws {OttlError} for a format that is none. */
export function compileFormat(format: string): (time: Time) => string {
  const pieces = piecesOf(format);
  return (time) => {
    const parts = partsOf(time);
    return pieces.map((piece) => (typeof piece === "string" ? piece : piece.write(parts))).join("");
  };
}

/**
 * Reads times as C's strptime does. What has no zone is in `zone` (UTC if undefined); what has no year is in this year, or the last one if it would be more than
 * a week ahead.
 * @throws {OttlError} for a format that is none
 */
export function compileParse(format: string, zone: string | undefined): (text: string) => Time {
  const pieces = piecesOf(format);
  const source = pieces.map((piece, i) => {
    if (typeof piece === "string")
      return piece.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`).replaceAll(/\s+/gu, String.raw`\s*`);
    const next = pieces[i + 1];
    const hasFraction = typeof next === "string" && /^[.,]/u.test(next);
    // as Go reads times, a second may have a fraction that the format does not speak of
    return `(${piece.pattern})${piece === directives["S"] && !hasFraction ? String.raw`(?:[.,](\d{1,9}))?` : ""}`;
  });
  const pattern = new RegExp(`^${source.join("")}$`, "iu");
  const readers = pieces.flatMap((piece, i) => {
    if (typeof piece === "string") return [];
    const next = pieces[i + 1];
    const hasFraction = typeof next === "string" && /^[.,]/u.test(next);
    return piece === directives["S"] && !hasFraction ? [piece, fraction(9)] : [piece];
  });
  return (text) => {
    const groups = pattern.exec(text);
    if (groups === null)
      throw new OttlError(`parsing time, ${describeText(text)}, as ${JSON.stringify(format)}: cannot parse`);
    const found: Found = {};
    for (const [i, reader] of readers.entries()) if (groups[i + 1] !== undefined) reader.read(found, groups[i + 1]!);
    return toTime(found, text, "zone" in found ? found.zone : zone);
  };
}

function toTime(found: Found, text: string, zone: string | undefined): Time {
  const { year, month = 1, day = 1, minute = 0, second = 0, nanosecond = 0, isPm } = found;
  let hour = found.hour ?? 0;
  if (isPm === true && hour < 12) hour += 12;
  else if (isPm === false && hour === 12) hour = 0;
  if (zone !== undefined) checkZone(zone);
  const now = new Date();
  let time = timeAt({ year: year ?? now.getUTCFullYear(), month, day, hour, minute, second, nanosecond }, zone);
  const shown = partsOf(time);
  if (shown.day !== day || shown.month !== month || hour > 23 || minute > 59 || second > 59) {
    throw new OttlError(`parsing time, ${describeText(text)}: out of range`);
  }
  const weekMs = 7 * 86_400_000;
  if (year === undefined && Number(time.nano / 1_000_000n) > now.getTime() + weekMs) {
    time = timeAt({ year: now.getUTCFullYear() - 1, month, day, hour, minute, second, nanosecond }, zone);
  }
  return time;
}
