import { OttlError } from "../ottl-error.ts";
import { compileFormat, compileParse } from "../text/strptime.ts";
import { parseGoDuration } from "../values/go-duration.ts";
import { checkZone, partsOf, type TimeParts } from "../values/time-parts.ts";
import { Duration, Time } from "../values/value.ts";
import { define, type OttlFunction } from "./function.ts";
import { constantText, duration, int, optional, text, time } from "./parameters.ts";

function part(name: string, read: (parts: TimeParts) => number): OttlFunction {
  return define(
    name,
    { time },
    ({ time: of }) =>
      (cursor) =>
        BigInt(read(partsOf(of.get(cursor)))),
  );
}

function since(name: string, divisor: bigint): OttlFunction {
  return define(
    name,
    { time },
    ({ time: of }) =>
      (cursor) =>
        floorDivide(of.get(cursor).nano, divisor),
  );
}

function floorDivide(value: bigint, by: bigint): bigint {
  const rest = ((value % by) + by) % by;
  return (value - rest) / by;
}

/** A duration in a unit, as a double; nanoseconds, microseconds and milliseconds as an int. */
function inUnit(name: string, nano: bigint, isWhole: boolean): OttlFunction {
  return define(name, { duration }, ({ duration: of }) => (cursor) => {
    const value = of.get(cursor).nano;
    if (isWhole) return value / nano;
    return Number(value / nano) + Number(value % nano) / Number(nano);
  });
}

const microsecond = 1_000n;
const millisecond = 1_000_000n;
const second = 1_000_000_000n;
/** From the year 1, which Go's times are truncated against. */
const epochSinceYearOne = 62_135_596_800n * second;

const parse = define(
  "Time",
  { time: text, format: constantText, location: optional(constantText), locale: optional(constantText) },
  ({ time: of, format, location, locale }) => {
    if (format === "") throw new OttlError("format cannot be nil");
    if (location !== undefined) checkZone(location);
    if (locale !== undefined && !/^en(?:[-_]|$)/iu.test(locale)) {
      throw new OttlError(`unsupported locale '${locale}': names of months and days are known in English only`);
    }
    const read = compileParse(format, location === "" || location === "UTC" ? undefined : location);
    return (cursor) => {
      const value = of.get(cursor);
      if (value === "") throw new OttlError("time cannot be nil");
      return read(value);
    };
  },
);

const formatTime = define("FormatTime", { time, format: constantText }, ({ time: of, format }) => {
  if (format === "") throw new OttlError("format cannot be nil");
  const write = compileFormat(format);
  return (cursor) => write(of.get(cursor));
});

const truncateTime = define("TruncateTime", { time, duration }, ({ time: of, duration: to }) => (cursor) => {
  const { nano, zone } = of.get(cursor);
  const step = to.get(cursor).nano;
  if (step <= 0n) return new Time(nano, zone);
  return new Time(nano - ((nano + epochSinceYearOne) % step), zone);
});

export const times: readonly OttlFunction[] = [
  parse,
  formatTime,
  truncateTime,
  define(
    "Duration",
    { duration: text },
    ({ duration: of }) =>
      (cursor) =>
        new Duration(parseGoDuration(of.get(cursor))),
  ),
  define(
    "Now",
    {},
    () => () => new Time(BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * microsecond),
  ),
  define(
    "Unix",
    { seconds: int, nanoseconds: optional(int) },
    ({ seconds, nanoseconds }) =>
      (cursor) =>
        new Time(seconds.get(cursor) * second + (nanoseconds?.get(cursor) ?? 0n)),
  ),
  part("Year", ({ year }) => year),
  part("Month", ({ month }) => month),
  part("Day", ({ day }) => day),
  part("Hour", ({ hour }) => hour),
  part("Minute", ({ minute }) => minute),
  part("Second", (parts) => parts.second),
  part("Nanosecond", ({ nanosecond }) => nanosecond),
  part("Weekday", ({ weekday }) => weekday),
  since("UnixNano", 1n),
  since("UnixMicro", microsecond),
  since("UnixMilli", millisecond),
  since("UnixSeconds", second),
  inUnit("Nanoseconds", 1n, true),
  inUnit("Microseconds", microsecond, true),
  inUnit("Milliseconds", millisecond, true),
  inUnit("Seconds", second, false),
  inUnit("Minutes", 60n * second, false),
  inUnit("Hours", 3_600n * second, false),
];
