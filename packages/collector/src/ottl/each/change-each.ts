import { isList, isMap, type Value } from "../values/value.ts";
import type { ContentPath } from "./content-path.ts";
import { type Change, looksLikeJson, removed } from "./change.ts";
import { changeJson } from "./change-json.ts";

const maxDepth = 256;

/** The value with what the path leads to changed; the same one if nothing was. Text that is JSON is gone into and stays text. */
export function changeEach(value: Value, path: ContentPath, change: Change): Value {
  const changed = walk(value, path, path.start, change, 0);
  return changed === removed ? value : changed;
}

/** Of a value inside another one, at the positions the path has reached. */
function walk(value: Value, path: ContentPath, at: number, change: Change, depth: number): Value | typeof removed {
  if (depth > maxDepth) return value;
  if (isMap(value) || isList(value)) {
    if (depth > 0 && path.selects(at, false)) return change(value);
    return isMap(value) ? walkMap(value, path, at, change, depth) : walkList(value, path, at, change, depth);
  }
  if (typeof value === "string" && path.goesOn(at) && looksLikeJson(value)) {
    const json = changeJson(value, { path, change, walk }, at, depth);
    if (json !== undefined) return json;
  }
  return path.selects(at, true) ? change(value) : value;
}

function walkMap(map: ReadonlyMap<string, Value>, path: ContentPath, at: number, change: Change, depth: number): Value {
  let copy: Map<string, Value> | undefined;
  for (const [key, value] of map) {
    const next = path.step(at, key);
    if (next === 0) continue;
    const changed = walk(value, path, next, change, depth + 1);
    if (changed === value) continue;
    copy ??= new Map(map);
    if (changed === removed) copy.delete(key);
    else copy.set(key, changed);
  }
  return copy ?? map;
}

function walkList(list: readonly Value[], path: ContentPath, at: number, change: Change, depth: number): Value {
  let copy: (Value | typeof removed)[] | undefined;
  for (const [i, value] of list.entries()) {
    const next = path.step(at, i);
    if (next === 0) continue;
    const changed = walk(value, path, next, change, depth + 1);
    if (changed !== value) (copy ??= [...list])[i] = changed;
  }
  return copy === undefined ? list : copy.filter((one): one is Value => one !== removed);
}
