import { isList, isMap, type Value } from "../values/value.ts";
import { type Change, looksLikeJson, removed } from "./change.ts";
import type { ContentPath } from "./content-path.ts";
import { toJsonValue } from "./json-value.ts";

/** What a part of a JSON text becomes: other text, nothing at all, or undefined for what stays. */
type Result = string | typeof removed | undefined;

export interface JsonChange {
  readonly path: ContentPath;
  readonly change: Change;
  /** What goes on in a text inside the JSON, which may be JSON in turn. */
  readonly walk: (value: Value, path: ContentPath, at: number, change: Change, depth: number) => Value | typeof removed;
}

/** The text is no JSON after all. */
class NotJson extends Error {}

const maxDepth = 256;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/uy;

/**
 * A JSON text with what the path leads to changed, and every other character as it was. Undefined if it is no JSON. Only what the path leads to is decoded; in
 * it whole numbers are int64.
 */
export function changeJson(text: string, what: JsonChange, at: number, depth: number): string | undefined {
  try {
    return new JsonChanger(text, what).run(at, depth);
  } catch (error) {
    if (error instanceof NotJson) return undefined;
    throw error;
  }
}

class JsonChanger {
  readonly #text: string;
  readonly #path: ContentPath;
  readonly #change: Change;
  readonly #walk: JsonChange["walk"];
  #at = 0;

  constructor(text: string, { path, change, walk }: JsonChange) {
    this.#text = text;
    this.#path = path;
    this.#change = change;
    this.#walk = walk;
  }

  run(positions: number, depth: number): string {
    this.#space();
    const start = this.#at;
    const result = this.#value(positions, depth, true);
    const end = this.#at;
    this.#space();
    if (this.#at !== this.#text.length) throw new NotJson();
    if (typeof result !== "string") return this.#text;
    return this.#text.slice(0, start) + result + this.#text.slice(end);
  }

  /** Reads the value here, and gives what it becomes; the outermost one is not for the path to select. */
  #value(positions: number, depth: number, isOutermost = false): Result {
    if (depth > maxDepth) throw new NotJson();
    const code = this.#text.charCodeAt(this.#at);
    const isContainer = code === 123 || code === 91;
    if (!isContainer) return this.#leaf(positions, depth);
    if (!isOutermost && this.#path.selects(positions, false)) {
      const start = this.#at;
      this.#container(0, depth, code === 123);
      return this.#changed(this.#read(this.#text.slice(start, this.#at)));
    }
    return this.#container(positions, depth, code === 123);
  }

  #leaf(positions: number, depth: number): Result {
    const start = this.#at;
    const isString = this.#text.charCodeAt(start) === 34;
    this.#at = isString ? this.#stringEnd(start) : this.#scalarEnd(start);
    const isDeeper = isString && this.#path.goesOn(positions) && looksLikeJson(this.#text.slice(start + 1, start + 64));
    const isSelected = this.#path.selects(positions, true);
    if (positions === 0 || !(isSelected || isDeeper)) return undefined;
    const value = this.#read(this.#text.slice(start, this.#at));
    const after = this.#walk(value, this.#path, positions, this.#change, depth + 1);
    return after === value ? undefined : after === removed ? removed : toJson(after);
  }

  #container(positions: number, depth: number, isObject: boolean): Result {
    const start = this.#at++;
    const close = isObject ? 125 : 93;
    const members: { readonly from: number; readonly at: number; readonly to: number; readonly result: Result }[] = [];
    let isChanged = false;
    this.#space();
    for (let i = 0; this.#text.charCodeAt(this.#at) !== close; i++) {
      if (i > 0) {
        if (this.#text.charCodeAt(this.#at++) !== 44) throw new NotJson();
        this.#space();
      }
      const from = this.#at;
      const key = isObject ? this.#key() : i;
      const at = this.#at;
      const next = positions === 0 ? 0 : this.#path.step(positions, key);
      const result = this.#value(next, depth + 1);
      if (next !== 0) members.push({ from, at, to: this.#at, result });
      else members.push({ from, at, to: this.#at, result: undefined });
      isChanged ||= result !== undefined;
      this.#space();
      if (this.#at >= this.#text.length) throw new NotJson();
    }
    this.#at++;
    if (!isChanged) return undefined;
    const text = this.#text;
    if (members.some(({ result }) => result === removed)) {
      const kept = members.filter(({ result }) => result !== removed);
      const parts = kept.map(
        ({ from, at, to, result }) => text.slice(from, at) + ((result as string | undefined) ?? text.slice(at, to)),
      );
      return `${isObject ? "{" : "["}${parts.join(",")}${isObject ? "}" : "]"}`;
    }
    let out = "";
    let copied = start;
    for (const { at, to, result } of members) {
      if (typeof result !== "string") continue;
      out += text.slice(copied, at) + result;
      copied = to;
    }
    return out + text.slice(copied, this.#at);
  }

  #key(): string {
    const start = this.#at;
    if (this.#text.charCodeAt(start) !== 34) throw new NotJson();
    this.#at = this.#stringEnd(start);
    const raw = this.#text.slice(start, this.#at);
    this.#space();
    if (this.#text.charCodeAt(this.#at++) !== 58) throw new NotJson();
    this.#space();
    return raw.includes("\\") ? (this.#read(raw) as string) : raw.slice(1, -1);
  }

  /** Behind the quote that closes: one with an even number of backslashes before it. */
  #stringEnd(start: number): number {
    for (let from = start + 1; ;) {
      const quote = this.#text.indexOf('"', from);
      if (quote === -1) throw new NotJson();
      let before = quote - 1;
      while (this.#text.charCodeAt(before) === 92) before--;
      if ((quote - before) % 2 === 1) return quote + 1;
      from = quote + 1;
    }
  }

  #scalarEnd(start: number): number {
    scalar.lastIndex = start;
    if (scalar.exec(this.#text) === null) throw new NotJson();
    return scalar.lastIndex;
  }

  #changed(value: Value): Result {
    const after = this.#change(value);
    return after === value ? undefined : after === removed ? removed : toJson(after);
  }

  #read(raw: string): Value {
    try {
      return toJsonValue(raw);
    } catch (error) {
      if (error instanceof SyntaxError) throw new NotJson();
      throw error;
    }
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at++;
    }
  }
}

/** A value as JSON, its keys in their order. Bytes are base64; what JSON has no number for is null. */
export function toJson(value: Value): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "null";
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString("base64"));
  if (isList(value)) return `[${value.map(toJson).join(",")}]`;
  if (!isMap(value)) return "null";
  return `{${Array.from(value, ([key, element]) => `${JSON.stringify(key)}:${toJson(element)}`).join(",")}}`;
}
