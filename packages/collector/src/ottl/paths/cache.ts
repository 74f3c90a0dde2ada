import type { Cursor } from "../cursor.ts";
import { checkStorable, expectMap, readIndexed, writeIndexed } from "../values/indexing.ts";
import type { Value } from "../values/value.ts";
import type { IndexedPath } from "./field.ts";

const write = (cursor: Cursor, value: Value): void => {
  checkStorable(value);
  cursor.cache = expectMap(value);
};

/** Scratch space of the item: it begins empty and is not sent on. */
export const cachePath: IndexedPath = {
  indexed: (keys) =>
    keys.length === 0
      ? { get: (cursor) => cursor.cache, set: write }
      : {
          get: (cursor) => readIndexed(cursor, cursor.cache, keys, 0),
          set: (cursor, value) => write(cursor, writeIndexed(cursor, cursor.cache, keys, 0, value)),
        },
};
