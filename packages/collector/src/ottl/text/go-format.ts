import { compareText } from "../values/compare.ts";
import { toText } from "../values/to-text.ts";
import { formatDuration } from "../values/go-duration.ts";
import { formatRfc3339 } from "../values/rfc3339.ts";
import { Duration, Id, isList, isMap, Native, Time, typeName, type Value } from "../values/value.ts";

const verb = /%(?<flags>[-+# 0]*)(?<width>\d+|\*)?(?:\.(?<precision>\d+|\*)?)?(?<verb>[a-zA-Z%]|$)/gu;

interface Spec {
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
}

/** Go's fmt.Sprintf for the verbs v, d, s, q, x, X, o, b, c, t, e, E, f, F, g, G, T and U. What does not fit shows as Go shows it: `%!d(string=a)`. */
export function goFormat(format: string, values: readonly Value[]): string {
  let next = 0;
  const result = format.replaceAll(verb, (...found: unknown[]) => {
    const groups = found.at(-1) as Readonly<Record<string, string | undefined>>;
    const take = (written: string | undefined): number | undefined => {
      if (written !== "*") return written === undefined ? undefined : Number(written);
      const value = values[next++];
      return typeof value === "bigint" ? Number(value) : undefined;
    };
    const whole = found[0] as string;
    const letter = groups["verb"]!;
    if (letter === "%") return "%";
    if (letter === "") return "%!(NOVERB)";
    const width = take(groups["width"]);
    const precision = whole.includes(".") ? (take(groups["precision"]) ?? 0) : undefined;
    if (next >= values.length) return `%!${letter}(MISSING)`;
    return one(letter, { flags: groups["flags"]!, width, precision }, values[next++]!);
  });
  if (next >= values.length) return result;
  const extra = values.slice(next).map((value) => (value === null ? "<nil>" : `${goType(value)}=${plain(value)}`));
  return `${result}%!(EXTRA ${extra.join(", ")})`;
}

function one(letter: string, spec: Spec, value: Value): string {
  if (letter === "T") return pad(goType(value), spec, false);
  if (letter === "v") {
    if (typeof value === "number") return number("g", spec, value);
    return typeof value === "bigint" ? integer("d", spec, value) : pad(plain(value), spec, false);
  }
  if (typeof value === "bigint") {
    const shown = integerVerb(letter, spec, value);
    if (shown !== undefined) return shown;
  } else if (typeof value === "number") {
    if ("eEfFgG".includes(letter)) return number(letter, spec, value);
  } else if (typeof value === "string" || value instanceof Uint8Array) {
    const shown = textVerb(letter, spec, value);
    if (shown !== undefined) return shown;
  } else if (typeof value === "boolean" && letter === "t") return pad(String(value), spec, false);
  else if (letter === "s" && value !== null && typeof value === "object") return pad(plain(value), spec, false);
  return value === null ? `%!${letter}(<nil>)` : `%!${letter}(${goType(value)}=${plain(value)})`;
}

function integerVerb(letter: string, spec: Spec, value: bigint): string | undefined {
  switch (letter) {
    case "d":
    case "b":
    case "o":
    case "x":
    case "X":
      return integer(letter, spec, value);
    case "c":
      return pad(String.fromCodePoint(Number(value)), spec, false);
    case "q":
      return pad(`'${String.fromCodePoint(Number(value))}'`, spec, false);
    case "U":
      return pad(`U+${value.toString(16).toUpperCase().padStart(4, "0")}`, spec, false);
    default:
      return undefined;
  }
}

const radixes: Readonly<Record<string, number>> = { d: 10, b: 2, o: 8, x: 16, X: 16 };

function integer(letter: string, spec: Spec, value: bigint): string {
  let digits = (value < 0n ? -value : value).toString(radixes[letter]);
  if (letter === "X") digits = digits.toUpperCase();
  if (spec.precision !== undefined) digits = digits.padStart(spec.precision, "0");
  if (spec.flags.includes("#")) digits = `${{ b: "0b", o: "0", x: "0x", X: "0X" }[letter] ?? ""}${digits}`;
  return pad(signOf(spec, value < 0n) + digits, spec, true);
}

function textVerb(letter: string, spec: Spec, value: string | Uint8Array): string | undefined {
  const shown = typeof value === "string" ? value : Buffer.from(value).toString();
  const cut = spec.precision === undefined ? shown : Array.from(shown).slice(0, spec.precision).join("");
  switch (letter) {
    case "s":
      return pad(cut, spec, false);
    case "q":
      return pad(JSON.stringify(cut), spec, false);
    case "x":
    case "X": {
      const hex = Buffer.from(value).toString("hex");
      return pad(letter === "X" ? hex.toUpperCase() : hex, spec, false);
    }
    default:
      return undefined;
  }
}

function signOf({ flags }: Spec, isNegative: boolean): string {
  return isNegative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
}

function number(letter: string, spec: Spec, value: number): string {
  if (Number.isNaN(value)) return pad("NaN", { ...spec, flags: spec.flags.replaceAll("0", "") }, true);
  const isNegative = value < 0 || Object.is(value, -0);
  const absolute = Math.abs(value);
  if (absolute === Infinity)
    return pad(`${isNegative ? "-" : "+"}Inf`, { ...spec, flags: spec.flags.replaceAll("0", "") }, true);
  let digits: string;
  switch (letter.toLowerCase()) {
    case "f":
      digits = absolute.toFixed(Math.min(100, spec.precision ?? 6));
      break;
    case "e":
      digits = exponent(absolute.toExponential(Math.min(100, spec.precision ?? 6)));
      break;
    default:
      digits = general(absolute, spec.precision);
  }
  if (letter === "E" || letter === "G") digits = digits.toUpperCase();
  return pad(signOf(spec, isNegative) + digits, spec, true);
}

/** Two digits at least. */
function exponent(text: string): string {
  return text.replace(/e([+-])(\d)$/u, "e$10$2");
}

/** The shortest that reads back as the same; an exponent below -4, and from 21 on, or from the precision on if there is one. */
function general(value: number, precision: number | undefined): string {
  if (value === 0) return "0";
  const scientific = precision === undefined ? value.toExponential() : value.toExponential(Math.max(precision, 1) - 1);
  const power = Number(scientific.split("e")[1]);
  if (power < -4 || power >= (precision === undefined ? 21 : Math.max(precision, 1))) {
    const [mantissa = "", tail = ""] = scientific.split("e");
    const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/u, "") : mantissa;
    return exponent(`${short}e${tail}`);
  }
  if (precision === undefined)
    return value >= 1e21 || value < 1e-6 ? value.toFixed(20).replace(/\.?0+$/u, "") : String(value);
  const fixed = value.toFixed(Math.max(0, Math.max(precision, 1) - 1 - power));
  return fixed.includes(".") ? fixed.replace(/\.?0+$/u, "") : fixed;
}

function pad(text: string, { flags, width }: Spec, isNumber: boolean): string {
  const length = Array.from(text).length;
  if (width === undefined || length >= width) return text;
  const missing = width - length;
  if (flags.includes("-")) return text + " ".repeat(missing);
  if (!flags.includes("0") || !isNumber) return " ".repeat(missing) + text;
  const sign = /^[+-]/u.exec(text)?.[0] ?? "";
  return sign + "0".repeat(missing) + text.slice(sign.length);
}

function goType(value: Value): string {
  if (value === null) return "<nil>";
  return isList(value) ? "[]interface {}" : typeName(value);
}

/** What `%v` shows. */
function plain(value: Value): string {
  if (value === null) return "<nil>";
  if (typeof value === "number") return number("g", { flags: "", width: undefined, precision: undefined }, value);
  if (value instanceof Uint8Array) return `[${value.join(" ")}]`;
  if (isList(value)) return `[${value.map(plain).join(" ")}]`;
  if (isMap(value)) {
    const keys = [...value.keys()].toSorted(compareText);
    return `map[${keys.map((key) => `${key}:${plain(value.get(key)!)}`).join(" ")}]`;
  }
  if (value instanceof Time) return formatRfc3339(value).replace("T", " ").replace(/Z$/u, " +0000 UTC");
  if (value instanceof Duration) return formatDuration(value.nano);
  if (value instanceof Id) return value.hex;
  return value instanceof Native ? JSON.stringify(value.content) : toText(value)!;
}
