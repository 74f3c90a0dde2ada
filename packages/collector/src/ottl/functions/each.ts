import { type Change, removed } from "../each/change.ts";
import { changeEach } from "../each/change-each.ts";
import { ContentPath } from "../each/content-path.ts";
import type { Cursor } from "../cursor.ts";
import { truncateUtf8, utf8Length } from "../text/utf8.ts";
import { regexOf } from "../text/pattern.ts";
import { OttlError } from "../ottl-error.ts";
import { equals } from "../values/compare.ts";
import type { Value } from "../values/value.ts";
import { define, type OttlFunction } from "./function.ts";
import {
  any,
  constantBool,
  constantInt,
  constantText,
  lambda,
  optional,
  type Place,
  place,
  text,
} from "./parameters.ts";
import { patternReplacer, replacementTail } from "./replace.ts";

function edit(target: Place, path: ContentPath, changeOf: (cursor: Cursor) => Change) {
  return (cursor: Cursor): null => {
    const before = target.get(cursor);
    if (before === null) return null;
    const after = changeEach(before, path, changeOf(cursor));
    if (after !== before) target.set(cursor, after);
    return null;
  };
}

const updateEach = define(
  "update_each",
  { target: place, path: constantText, mapper: lambda(1) },
  ({ target, path, mapper }) =>
    edit(target, new ContentPath(path), (cursor) => (value) => {
      const after = mapper(cursor, value);
      return equals(value, after) ? value : after;
    }),
);

const deleteEach = define(
  "delete_each",
  { target: place, path: constantText, predicate: optional(lambda(1)) },
  ({ target, path, predicate }) =>
    edit(target, new ContentPath(path), (cursor) => (value) => {
      if (predicate === undefined) return removed;
      const goes = predicate(cursor, value);
      if (typeof goes !== "boolean") throw new OttlError("the lambda must give a bool");
      return goes ? removed : value;
    }),
);

const replaceEachPattern = define(
  "replace_each_pattern",
  { target: place, path: constantText, regex_pattern: text, ...replacementTail },
  (args) => {
    const pattern = regexOf("replace_each_pattern", args.regex_pattern);
    const replace = patternReplacer(args);
    return edit(args.target, new ContentPath(args.path), (cursor) => {
      const regex = pattern(cursor);
      return (value) => (typeof value === "string" && regex.test(value) ? replace(cursor, regex, value) : value);
    });
  },
);

/** At most so many bytes, the marker included. */
function cutter(limit: bigint, isSafe: boolean, marker: string): (value: string) => string {
  const markerLength = utf8Length(marker);
  if (limit < markerLength)
    throw new OttlError(`invalid limit, ${limit} cannot be less than the marker's ${markerLength} bytes`);
  const bytes = Number(limit);
  return (value) => (utf8Length(value) <= bytes ? value : truncateUtf8(value, bytes - markerLength, isSafe) + marker);
}

const truncateEach = define(
  "truncate_each",
  {
    target: place,
    path: constantText,
    limit: constantInt,
    utf8_safe: optional(constantBool),
    truncation_marker: optional(constantText),
  },
  ({ target, path, limit, utf8_safe: isSafe = true, truncation_marker: marker = "" }) => {
    const cut = cutter(limit, isSafe, marker);
    return edit(target, new ContentPath(path), () => (value) => (typeof value === "string" ? cut(value) : value));
  },
);

/** Editors of what is deep inside a value, be it maps and lists or JSON in a text. Upstream has none. */
export const eachEditors: readonly OttlFunction[] = [updateEach, deleteEach, replaceEachPattern, truncateEach];

export const eachConverters: readonly OttlFunction[] = [
  define("SelectEach", { target: any, path: constantText }, ({ target, path: written }) => {
    const path = new ContentPath(written);
    return (cursor) => {
      const found: Value[] = [];
      changeEach(target.get(cursor), path, (value) => {
        found.push(value);
        return value;
      });
      return found;
    };
  }),
  define("ReplacePattern", { target: text, regex_pattern: text, ...replacementTail }, (args) => {
    const pattern = regexOf("ReplacePattern", args.regex_pattern);
    const replace = patternReplacer(args);
    return (cursor) => {
      const value = args.target.get(cursor);
      const regex = pattern(cursor);
      return regex.test(value) ? replace(cursor, regex, value) : value;
    };
  }),
  define(
    "Truncate",
    { target: text, limit: constantInt, utf8_safe: optional(constantBool), truncation_marker: optional(constantText) },
    ({ target, limit, utf8_safe: isSafe = true, truncation_marker: marker = "" }) => {
      const cut = cutter(limit, isSafe, marker);
      return (cursor) => cut(target.get(cursor));
    },
  ),
];
