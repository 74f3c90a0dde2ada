import type { Cursor } from "../cursor.ts";
import { OttlError } from "../ottl-error.ts";
import { regexOf } from "../text/pattern.ts";
import { truncateUtf8, utf8Length } from "../text/utf8.ts";
import { toElementText } from "../values/to-text.ts";
import { Duration, Id, isList, isMap, Native, Time, type Value, type ValueMap } from "../values/value.ts";
import { define, type OttlFunction } from "./function.ts";
import {
  any,
  anyListOf,
  constantBool,
  constantInt,
  constantText,
  int,
  listOf,
  listPlace,
  map,
  mapPlace,
  optional,
  place,
  type PlaceOf,
  text,
} from "./parameters.ts";

const set = define("set", { target: place, value: any }, ({ target, value }) => (cursor) => {
  target.set(cursor, value.get(cursor));
  return null;
});

const append = define(
  "append",
  { target: place, value: optional(any), values: optional(listOf(any)) },
  ({ target, value, values }) => {
    if (value === undefined && values === undefined) {
      throw new OttlError("at least one of the optional arguments ('value' or 'values') must be provided");
    }
    const added = [...(value === undefined ? [] : [value]), ...(values ?? [])];
    return (cursor) => {
      const before = target.get(cursor);
      if (isMap(before)) throw new OttlError('unsupported type of target field: "Map"');
      const list = before === null ? [] : isList(before) ? before : [before];
      target.set(cursor, [...list, ...added.map((one) => one.get(cursor))]);
      return null;
    };
  },
);

function zeroOf(value: Value): Value {
  switch (typeof value) {
    case "string":
      return "";
    case "bigint":
      return 0n;
    case "number":
      return 0;
    case "boolean":
      return false;
    default:
  }
  if (value === null || value instanceof Uint8Array) return value === null ? null : new Uint8Array(0);
  if (value instanceof Time) return new Time(0n);
  if (value instanceof Duration) return new Duration(0n);
  if (value instanceof Id) return new Id("0".repeat(value.hex.length));
  if (value instanceof Native) return new Native(value.type, Array.isArray(value.content) ? [] : {});
  return isMap(value) ? new Map() : [];
}

const clear = define("clear", { target: place }, ({ target }) => (cursor) => {
  target.set(cursor, zeroOf(target.get(cursor)));
  return null;
});

const deleteIndex = define(
  "delete_index",
  { target: listPlace, start_index: int, end_index: optional(int) },
  ({ target, start_index: startIndex, end_index: endIndex }) =>
    (cursor) => {
      const list = target.get(cursor);
      const length = BigInt(list.length);
      const start = startIndex.get(cursor);
      const end = endIndex?.get(cursor) ?? start + 1n;
      if (!(start === 0n && end === length)) {
        if (start < 0n || start >= length) {
          throw new OttlError(`startIndex ${start} out of bounds for slice of length ${length}`);
        }
        if (end < start) throw new OttlError(`endIndex ${end} cannot be less than startIndex ${start}`);
        if (end > length) {
          throw new OttlError(`deletion range [${start}:${end}] out of bounds for slice of length ${length}`);
        }
      }
      target.set(cursor, list.toSpliced(Number(start), Number(end - start)));
      return null;
    },
);

/** Deletes the keys of a map that `keeps` is false for. */
function deleteKeys(cursor: Cursor, target: PlaceOf<ValueMap>, keeps: (key: string) => boolean): null {
  if (target.deleteKeys !== undefined) target.deleteKeys(cursor, keeps);
  else target.set(cursor, filtered(target.get(cursor), keeps));
  return null;
}

function filtered(entries: ValueMap, keeps: (key: string) => boolean): Map<string, Value> {
  return new Map([...entries].filter(([key]) => keeps(key)));
}

const deleteKey = define("delete_key", { target: mapPlace, key: text }, ({ target, key }) => (cursor) => {
  const name = key.get(cursor);
  return deleteKeys(cursor, target, (one) => one !== name);
});

const deleteMatchingKeys = define(
  "delete_matching_keys",
  { target: mapPlace, pattern: text },
  ({ target, pattern }) => {
    const regex = regexOf("delete_matching_keys", pattern);
    return (cursor) => {
      const matching = regex(cursor);
      return deleteKeys(cursor, target, (key) => !matching.test(key));
    };
  },
);

const keepMatchingKeys = define("keep_matching_keys", { target: mapPlace, pattern: text }, ({ target, pattern }) => {
  const regex = regexOf("keep_matching_keys", pattern);
  return (cursor) => {
    const matching = regex(cursor);
    return deleteKeys(cursor, target, (key) => matching.test(key));
  };
});

const keepKeys = define("keep_keys", { target: mapPlace, keys: anyListOf(text) }, ({ target, keys }) => {
  const constant = keys.literal === undefined ? undefined : new Set(keys.literal.value);
  return (cursor) => {
    const kept = constant ?? new Set(keys.get(cursor));
    return deleteKeys(cursor, target, (key) => kept.has(key));
  };
});

const limit = define(
  "limit",
  { target: mapPlace, limit: constantInt, priority_keys: listOf(constantText) },
  ({ target, limit: most, priority_keys: priorityKeys }) => {
    if (most < 0n) throw new OttlError(`invalid limit for limit function, ${most} cannot be negative`);
    if (most < BigInt(priorityKeys.length)) {
      throw new OttlError(
        `invalid limit for limit function, ${most} cannot be less than number of priority attributes ${priorityKeys.length}`,
      );
    }
    const priority = new Set(priorityKeys);
    return (cursor) => {
      const before = target.get(cursor);
      if (BigInt(before.size) <= most) return null;
      let count = priorityKeys.filter((key) => before.has(key)).length;
      target.set(
        cursor,
        filtered(before, (key) => priority.has(key) || count++ < Number(most)),
      );
      return null;
    };
  },
);

const mergeMaps = define(
  "merge_maps",
  { target: mapPlace, source: map, strategy: constantText },
  ({ target, source, strategy }) => {
    if (!["insert", "update", "upsert"].includes(strategy)) {
      throw new OttlError(`invalid value for strategy, ${strategy}, must be 'insert', 'update' or 'upsert'`);
    }
    return (cursor) => {
      const merged = new Map(target.get(cursor));
      for (const [key, value] of source.get(cursor)) {
        if (strategy === "upsert" || merged.has(key) === (strategy === "update")) merged.set(key, value);
      }
      target.set(cursor, merged);
      return null;
    };
  },
);

const stringifyAll = define("stringify_all", { target: mapPlace }, ({ target }) => (cursor) => {
  target.set(cursor, new Map(Array.from(target.get(cursor), ([key, value]) => [key, toElementText(value)])));
  return null;
});

const truncateAll = define(
  "truncate_all",
  {
    target: mapPlace,
    limit: constantInt,
    utf8_safe: optional(constantBool),
    truncation_marker: optional(constantText),
  },
  ({ target, limit: most, utf8_safe: isSafe = true, truncation_marker: marker = "" }) => {
    if (most < 0n) throw new OttlError(`invalid limit for truncate_all function, ${most} cannot be negative`);
    const markerLength = utf8Length(marker);
    if (markerLength > most) {
      throw new OttlError(
        `invalid truncation marker for truncate_all function, length of marker ${markerLength} cannot be greater than limit ${most}`,
      );
    }
    const bytes = Number(most);
    const cut = (value: Value): Value => {
      if (typeof value !== "string" || utf8Length(value) <= bytes) return value;
      return truncateUtf8(value, bytes - markerLength, isSafe) + marker;
    };
    return (cursor) => {
      target.set(cursor, new Map(Array.from(target.get(cursor), ([key, value]) => [key, cut(value)])));
      return null;
    };
  },
);

export const editors: readonly OttlFunction[] = [
  set,
  append,
  clear,
  deleteIndex,
  deleteKey,
  deleteMatchingKeys,
  keepMatchingKeys,
  keepKeys,
  limit,
  mergeMaps,
  stringifyAll,
  truncateAll,
];
