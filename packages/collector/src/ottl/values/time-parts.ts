import { OttlError } from "../ottl-error.ts";
import { Time } from "./value.ts";

/** A moment as a clock and calendar in its zone show it. */
export interface TimeParts {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  /** From Sunday, 0. */
  readonly weekday: number;
  readonly dayOfYear: number;
  readonly offsetMinutes: number;
  /** `UTC`, `CET`, or the offset where it has no name. */
  readonly zoneName: string;
}

const nanosPerMilli = 1_000_000n;
const dayMs = 86_400_000;

export function partsOf(time: Time): TimeParts {
  const nanosecond = Number(((time.nano % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n);
  const epochMs = floorMilli(time.nano);
  const offsetMinutes = time.zone === undefined ? 0 : offsetAt(time.zone, epochMs);
  const date = new Date(epochMs + offsetMinutes * 60_000);
  const year = date.getUTCFullYear();
  return {
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    nanosecond,
    weekday: date.getUTCDay(),
    dayOfYear: Math.floor((date.getTime() - Date.UTC(year, 0, 1)) / dayMs) + 1,
    offsetMinutes,
    zoneName: zoneName(time.zone, epochMs),
  };
}

/** The moment a clock in a zone shows the given parts. */
export function timeAt(
  parts: Pick<TimeParts, "year" | "month" | "day" | "hour" | "minute" | "second" | "nanosecond">,
  zone: string | undefined,
): Time {
  const date = new Date(0);
  date.setUTCFullYear(parts.year, parts.month - 1, parts.day);
  date.setUTCHours(parts.hour, parts.minute, parts.second, 0);
  const local = date.getTime();
  let epochMs = local;
  if (zone !== undefined) {
    // the offset depends on the moment, which depends on the offset
    epochMs = local - offsetAt(zone, local) * 60_000;
    epochMs = local - offsetAt(zone, epochMs) * 60_000;
  }
  return new Time(BigInt(epochMs) * nanosPerMilli + BigInt(parts.nanosecond), zone);
}

function floorMilli(nano: bigint): number {
  const rest = ((nano % nanosPerMilli) + nanosPerMilli) % nanosPerMilli;
  return Number((nano - rest) / nanosPerMilli);
}

const fixed = /^([+-])(\d{2}):(\d{2})$/u;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
      timeZoneName: "short",
    });
    formats.set(zone, format);
  }
  return format;
}

/** @throws {OttlError} for a name that is no zone. */
export function checkZone(zone: string): void {
  try {
    if (!fixed.test(zone)) formatOf(zone);
  } catch (error) {
    throw new OttlError(`unknown time zone ${zone}`, { cause: error });
  }
}

function offsetAt(zone: string, epochMs: number): number {
  const offset = fixed.exec(zone);
  if (offset !== null) return (offset[1] === "-" ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3]));
  const parts = new Map(
    formatOf(zone)
      .formatToParts(epochMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type)!;
  const local = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return Math.round((local - Math.floor(epochMs / 1000) * 1000) / 60_000);
}

function zoneName(zone: string | undefined, epochMs: number): string {
  if (zone === undefined) return "UTC";
  if (fixed.test(zone)) return "";
  return (
    formatOf(zone)
      .formatToParts(epochMs)
      .find(({ type }) => type === "timeZoneName")?.value ?? zone
  );
}
