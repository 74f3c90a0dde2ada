import { OttlError } from "../ottl-error.ts";
import { toCamelCase, toSnakeCase } from "../text/case.ts";
import { goFormat } from "../text/go-format.ts";
import { isInNetwork, parseNetwork } from "../text/ip-network.ts";
import { regexOf } from "../text/pattern.ts";
import { sliceUtf8 } from "../text/utf8.ts";
import { compareText } from "../values/compare.ts";
import { toElementText } from "../values/to-text.ts";
import type { Value } from "../values/value.ts";
import { define, type OttlFunction } from "./function.ts";
import {
  any,
  anyListOf,
  constantBool,
  constantText,
  int,
  listOf,
  map,
  optional,
  text,
  textLike,
} from "./parameters.ts";

function mapped(name: string, change: (value: string) => Value): OttlFunction {
  return define(
    name,
    { target: text },
    ({ target }) =>
      (cursor) =>
        change(target.get(cursor)),
  );
}

const cases: Readonly<Record<string, (value: string) => string>> = {
  lower: (value) => value.toLowerCase(),
  upper: (value) => value.toUpperCase(),
  snake: toSnakeCase,
  camel: toCamelCase,
};

const convertCase = define("ConvertCase", { target: text, to_case: constantText }, ({ target, to_case: wanted }) => {
  const convert = Object.hasOwn(cases, wanted) ? cases[wanted] : undefined;
  if (convert === undefined) {
    throw new OttlError(`invalid case: ${wanted}, allowed cases are: lower, upper, snake, camel`);
  }
  return (cursor) => convert(target.get(cursor));
});

const concat = define("Concat", { vals: anyListOf(textLike), delimiter: text }, ({ vals, delimiter }) => (cursor) => {
  const between = delimiter.get(cursor);
  return vals
    .get(cursor)
    .map((value) => value ?? "<nil>")
    .join(between);
});

const substring = define(
  "Substring",
  { target: text, start: int, length: int, utf8_safe: optional(constantBool) },
  ({ target, start: startOf, length: lengthOf, utf8_safe: isSafe = false }) =>
    (cursor) => {
      const start = startOf.get(cursor);
      if (start < 0n) throw new OttlError(`invalid start for substring function, ${start} cannot be negative`);
      const length = lengthOf.get(cursor);
      if (length <= 0n) {
        throw new OttlError(`invalid length for substring function, ${length} cannot be negative or zero`);
      }
      const bytes = Buffer.from(target.get(cursor));
      if (start + length > BigInt(bytes.length)) {
        throw new OttlError(
          `invalid range for substring function, start(${start})+length(${length}) cannot be greater than the length of target string(${bytes.length})`,
        );
      }
      return sliceUtf8(bytes, Number(start), Number(length), isSafe);
    },
);

const trim = define("Trim", { target: text, replacement: optional(constantText) }, ({ target, replacement = " " }) => {
  const cut = new Set(replacement);
  return (cursor) => {
    const characters = Array.from(target.get(cursor));
    const from = characters.findIndex((character) => !cut.has(character));
    const to = characters.findLastIndex((character) => !cut.has(character));
    return from === -1 ? "" : characters.slice(from, to + 1).join("");
  };
});

const split = define("Split", { target: text, delimiter: text }, ({ target, delimiter }) => (cursor) => {
  const value = target.get(cursor);
  const by = delimiter.get(cursor);
  return by === "" ? Array.from(value) : value.split(by);
});

const format = define(
  "Format",
  { format: constantText, vals: listOf(any) },
  ({ format: by, vals }) =>
    (cursor) =>
      goFormat(
        by,
        vals.map((one) => one.get(cursor)),
      ),
);

const isMatch = define("IsMatch", { target: textLike, pattern: text }, ({ target, pattern }) => {
  const regex = regexOf("IsMatch", pattern);
  return (cursor) => {
    const matching = regex(cursor);
    const value = target.get(cursor);
    return value !== null && matching.test(value);
  };
});

const isValidLuhn = define("IsValidLuhn", { target: textLike }, ({ target }) => (cursor) => {
  const value = target.get(cursor);
  if (value === null) throw new OttlError("invalid input: <nil>");
  const digits = value.replaceAll(" ", "");
  if (digits === "") return false;
  let sum = 0;
  for (let i = digits.length - 1, isSecond = false; i >= 0; i--, isSecond = !isSecond) {
    const digit = digits.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) throw new OttlError("strconv.Atoi: parsing a digit: invalid syntax");
    sum += isSecond ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
  }
  return sum % 10 === 0;
});

const isInCidr = define("IsInCIDR", { target: text, networks: listOf(text) }, ({ target, networks }) => {
  const areConstant = networks.every((network) => network.literal !== undefined);
  const constant = areConstant ? networks.map((network) => parseNetwork(network.literal!.value)) : undefined;
  return (cursor) => {
    const address = target.get(cursor);
    const among = constant ?? networks.map((network) => parseNetwork(network.get(cursor)));
    return among.some((network) => isInNetwork(address, network));
  };
});

const toKeyValueString = define(
  "ToKeyValueString",
  {
    target: map,
    delimiter: optional(constantText),
    pair_delimiter: optional(constantText),
    sort_output: optional(constantBool),
  },
  ({ target, delimiter = "=", pair_delimiter: pairDelimiter = " ", sort_output: isSorted = false }) => {
    checkDelimiters(delimiter, pairDelimiter);
    const quoted = (part: string): string => {
      const escaped = part.replaceAll('"', '\\"');
      return escaped.includes(pairDelimiter) || escaped.includes(delimiter) ? `"${escaped}"` : escaped;
    };
    return (cursor) => {
      const pairs = Array.from(target.get(cursor));
      const ordered = isSorted ? pairs.toSorted(([a], [b]) => compareText(a, b)) : pairs;
      return ordered
        .map(([key, value]) => `${quoted(key)}${delimiter}${quoted(toElementText(value))}`)
        .join(pairDelimiter);
    };
  },
);

/** @throws {OttlError} for delimiters that cannot be told from each other. */
export function checkDelimiters(delimiter: string, pairDelimiter: string): void {
  if (delimiter === "") throw new OttlError("delimiter cannot be set to an empty string");
  if (pairDelimiter === "") throw new OttlError("pair delimiter cannot be set to an empty string");
  if (delimiter === pairDelimiter) {
    throw new OttlError(
      `pair delimiter ${JSON.stringify(pairDelimiter)} cannot be equal to delimiter ${JSON.stringify(delimiter)}`,
    );
  }
}

function affix(
  name: string,
  parameter: "prefix" | "suffix",
  run: (value: string, part: string) => Value,
): OttlFunction {
  return define(name, { target: text, [parameter]: text }, (args) => {
    const part = args[parameter]!;
    return (cursor) => run(args["target"].get(cursor), part.get(cursor));
  });
}

export const texts: readonly OttlFunction[] = [
  convertCase,
  concat,
  substring,
  trim,
  split,
  format,
  isMatch,
  isValidLuhn,
  isInCidr,
  toKeyValueString,
  mapped("ToLowerCase", cases["lower"]!),
  mapped("ToUpperCase", cases["upper"]!),
  mapped("ToSnakeCase", toSnakeCase),
  mapped("ToCamelCase", toCamelCase),
  affix("HasPrefix", "prefix", (value, part) => value.startsWith(part)),
  affix("HasSuffix", "suffix", (value, part) => value.endsWith(part)),
  affix("TrimPrefix", "prefix", (value, part) => (value.startsWith(part) ? value.slice(part.length) : value)),
  affix("TrimSuffix", "suffix", (value, part) =>
    part !== "" && value.endsWith(part) ? value.slice(0, -part.length) : value,
  ),
];
