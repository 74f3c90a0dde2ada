import { describeText } from "../text/describe-text.ts";
import { OttlError } from "../ottl-error.ts";

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const part = /(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/uy;

/** Nanoseconds of a duration as Go writes it, `1h30m` or `-1.5s`. @throws {OttlError} */
export function parseGoDuration(text: string): bigint {
  const fail = (): never => {
    throw new OttlError(`time: invalid duration, ${describeText(text)}`);
  };
  const sign = /^[+-]/u.test(text) ? text[0] : "";
  const body = text.slice(sign === "" ? 0 : 1);
  if (body === "0") return 0n;
  if (body === "") return fail();
  let nano = 0n;
  for (let at = 0; at < body.length;) {
    part.lastIndex = at;
    const found = part.exec(body);
    if (found === null) return fail();
    const [all, whole = "", fraction = "", unit = ""] = found;
    if (whole === "" && fraction === "") return fail();
    nano += BigInt(whole || "0") * units[unit]!;
    nano += (BigInt(fraction || "0") * units[unit]!) / 10n ** BigInt(fraction.length);
    at += all.length;
  }
  const signed = sign === "-" ? -nano : nano;
  return BigInt.asIntN(64, signed) === signed ? signed : fail();
}

function decimal(value: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const rest = (value % scale).toString().padStart(digits, "0").replace(/0+$/u, "");
  return `${value / scale}${digits > 0 && rest !== "" ? `.${rest}` : ""}`;
}

/** As Go prints a duration: `1h30m0s`, `1.5s`, `20ms`, `0s`. */
export function formatDuration(nano: bigint): string {
  if (nano === 0n) return "0s";
  const sign = nano < 0n ? "-" : "";
  const absolute = nano < 0n ? -nano : nano;
  if (absolute < 1_000n) return `${sign}${absolute}ns`;
  if (absolute < 1_000_000n) return `${sign}${decimal(absolute, 3)}µs`;
  if (absolute < 1_000_000_000n) return `${sign}${decimal(absolute, 6)}ms`;
  const seconds = decimal(absolute % 60_000_000_000n, 9);
  const minutes = absolute / 60_000_000_000n;
  if (minutes === 0n) return `${sign}${seconds}s`;
  return minutes < 60n ? `${sign}${minutes}m${seconds}s` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}s`;
}
