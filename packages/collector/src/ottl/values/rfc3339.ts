import type { Time } from "./value.ts";
import { partsOf } from "./time-parts.ts";

const two = (number: number): string => String(number).padStart(2, "0");

/** RFC 3339 with as many digits behind the second as there are, as Go prints times in JSON. */
export function formatRfc3339(time: Time): string {
  const { year, month, day, hour, minute, second, nanosecond, offsetMinutes } = partsOf(time);
  const fraction = nanosecond === 0 ? "" : `.${String(nanosecond).padStart(9, "0").replace(/0+$/u, "")}`;
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${fraction}${formatOffset(offsetMinutes, ":", "Z")}`;
}

/** `+02:00` or, with no separator, `+0200`. */
export function formatOffset(minutes: number, separator: string, zero?: string): string {
  if (minutes === 0 && zero !== undefined) return zero;
  const absolute = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(absolute / 60))}${separator}${two(absolute % 60)}`;
}
