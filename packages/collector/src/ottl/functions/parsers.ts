import { describeText } from "../text/describe-text.ts";
import { OttlError } from "../ottl-error.ts";
import { parseGoInt } from "../text/parse-int.ts";
import { parseUrl } from "../text/parse-url.ts";
import { regexOf } from "../text/pattern.ts";
import { readCsvRow } from "../text/read-csv-row.ts";
import { splitQuoted } from "../text/split-quoted.ts";
import { fromJson } from "../values/from-json.ts";
import { isList, isMap, typeName, type Value, type ValueMap } from "../values/value.ts";
import { define, type OttlFunction } from "./function.ts";
import { any, constantText, int, map, optional, text } from "./parameters.ts";
import { checkDelimiters } from "./text.ts";

const parseJson = define("ParseJSON", { target: text }, ({ target }) => (cursor) => {
  const value = fromJson(target.get(cursor));
  if (!isMap(value) && !isList(value)) {
    throw new OttlError(`could not convert parsed value of type ${typeName(value)} to JSON object`);
  }
  return value;
});

const parseInt = define("ParseInt", { target: text, base: int }, ({ target, base }) => (cursor) => {
  const value = target.get(cursor);
  if (value === "") throw new OttlError("invalid target value for ParseInt function, target cannot be empty");
  const radix = base.get(cursor);
  if (radix < 0n) {
    throw new OttlError(`invalid base value: ${radix} for ParseInt function, base cannot be negative`);
  }
  return parseGoInt(value, Number(radix));
});

const extractPatterns = define("ExtractPatterns", { target: text, pattern: text }, ({ target, pattern }) => {
  const regex = regexOf("ExtractPatterns", pattern);
  const failure = "at least 1 named capture group must be supplied in the given regex";
  return (cursor) => {
    const extracting = regex(cursor);
    if (extracting.names.length === 0) throw new OttlError(failure);
    return extracting.extract(target.get(cursor)) ?? new Map();
  };
});

const parseKeyValue = define(
  "ParseKeyValue",
  { target: text, delimiter: optional(constantText), pair_delimiter: optional(constantText) },
  ({ target, delimiter = "=", pair_delimiter: pairDelimiter = " " }) => {
    checkDelimiters(delimiter, pairDelimiter);
    return (cursor) => {
      const source = target.get(cursor);
      if (source === "") throw new OttlError("cannot parse from empty target");
      const result = new Map<string, Value>();
      for (const pair of splitQuoted(source, pairDelimiter)) {
        const at = pair.indexOf(delimiter);
        if (at === -1) {
          throw new OttlError(
            `failed to split pairs into key-values: cannot split ${describeText(pair)} into 2 items, got 1 item(s)`,
          );
        }
        result.set(pair.slice(0, at).trim(), pair.slice(at + delimiter.length).trim());
      }
      return result;
    };
  },
);

function single(name: string, value: string | undefined): string | undefined {
  if (value !== undefined && Array.from(value).length !== 1) {
    throw new OttlError(`invalid arguments: ${name} must be a single character`);
  }
  return value;
}

const parseCsv = define(
  "ParseCSV",
  {
    target: text,
    header: text,
    delimiter: optional(constantText),
    header_delimiter: optional(constantText),
    mode: optional(constantText),
  },
  ({ target, header, delimiter, header_delimiter: headerDelimiter, mode = "strict" }) => {
    if (!["strict", "lazyQuotes", "ignoreQuotes"].includes(mode)) throw new OttlError(`unknown mode: ${mode}`);
    const comma = single("delimiter", delimiter) ?? ",";
    const headerComma = single("header_delimiter", headerDelimiter) ?? comma;
    return (cursor) => {
      const row = target.get(cursor);
      const head = header.get(cursor);
      if (head === "") throw new OttlError("headers must not be an empty string");
      const names = head.split(headerComma);
      const fields = mode === "ignoreQuotes" ? row.split(comma) : readCsvRow(row, comma, mode === "lazyQuotes");
      if (fields.length !== names.length) {
        throw new OttlError(
          `map csv headers: wrong number of fields: expected ${names.length}, found ${fields.length}`,
        );
      }
      return new Map(names.map((name, i) => [name, fields[i]!]));
    };
  },
);

/** What a level takes: texts that equal it, or numbers in a range. */
interface Criterion {
  readonly equals: readonly string[];
  readonly range: { readonly min: bigint; readonly max: bigint } | undefined;
}

function rangeOf(value: Value): Criterion["range"] {
  if (typeof value === "string") {
    const hundred = /^([2-5])xx$/u.exec(value)?.[1];
    if (hundred === undefined) throw new OttlError(`unknown range placeholder: ${value}`);
    return { min: BigInt(hundred) * 100n, max: BigInt(hundred) * 100n + 99n };
  }
  if (!isMap(value)) throw new OttlError("range must be a map or a known placeholder string");
  const bound = (name: string): bigint => {
    const at = value.get(name);
    if (at === undefined) throw new OttlError(`range must have a ${name} value`);
    if (typeof at !== "bigint") throw new OttlError(`${name} must be an int64`);
    return at;
  };
  return { min: bound("min"), max: bound("max") };
}

function criterion(value: Value): Criterion {
  if (!isMap(value)) throw new OttlError("severity mapping criteria items must be map[string]any");
  const equals = value.get("equals") ?? [];
  if (!isList(equals)) throw new OttlError("equals must be a list");
  const range = value.get("range");
  return {
    equals: equals.map((one) => {
      if (typeof one !== "string") throw new OttlError("equals values must be strings");
      return one;
    }),
    range: range === undefined ? undefined : rangeOf(range),
  };
}

function severitiesOf(mapping: ValueMap): ReadonlyMap<string, readonly Criterion[]> {
  return new Map(
    Array.from(mapping, ([level, list]) => {
      if (!isList(list)) throw new OttlError("severity mapping criteria must be []any");
      return [level, list.map(criterion)] as const;
    }),
  );
}

const parseSeverity = define("ParseSeverity", { target: any, mapping: map }, ({ target, mapping }) => {
  if (mapping.literal === undefined) throw new OttlError("severity mapping must be a literal PMap");
  const levels = severitiesOf(mapping.literal.value);
  return (cursor) => {
    const value = target.get(cursor);
    if (typeof value !== "string" && typeof value !== "bigint") {
      throw new OttlError(`could not map log level: unsupported value type: ${typeName(value)}`);
    }
    for (const [level, criteria] of levels) {
      for (const { equals, range } of criteria) {
        if (
          typeof value === "string"
            ? equals.includes(value)
            : range !== undefined && value >= range.min && value <= range.max
        ) {
          return level;
        }
      }
    }
    throw new OttlError(`could not map log level: no matching log level found for the value`);
  };
});

export const parsers: readonly OttlFunction[] = [
  parseJson,
  parseInt,
  extractPatterns,
  parseKeyValue,
  parseCsv,
  parseSeverity,
  define(
    "URL",
    { uri: text },
    ({ uri }) =>
      (cursor) =>
        parseUrl(uri.get(cursor)),
  ),
];
