import { type Matcher, RE2JS } from "re2js";
import { OttlError } from "../ottl-error.ts";

/** A regular expression of Go's, which is RE2's: its time is linear in the text. */
export class Regex {
  readonly #pattern: RE2JS;
  readonly #names: ReadonlyMap<number, string>;

  /** @throws {OttlError} for what RE2 does not understand; `of` is the function it is for. */
  constructor(of: string, pattern: string) {
    try {
      this.#pattern = RE2JS.compile(pattern);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new OttlError(
        `the regex pattern supplied to ${of} '${JSON.stringify(pattern)}' is not a valid pattern: ${reason}`,
        { cause: error },
      );
    }
    const groups: Readonly<Record<string, number>> = this.#pattern.namedGroups();
    this.#names = new Map(Object.entries(groups).map(([name, index]) => [index, name]));
  }

  test(text: string): boolean {
    return this.#pattern.test(text);
  }

  get groupCount(): number {
    return this.#pattern.groupCount();
  }

  /** Names of groups, in their order. */
  get names(): readonly string[] {
    return [...this.#names.keys()].toSorted((a, b) => a - b).map((index) => this.#names.get(index)!);
  }

  /** What the named groups of the first match took, "" for one that took no part; undefined without a match. */
  extract(text: string): Map<string, string> | undefined {
    return this.first(
      text,
      (matcher) => new Map(this.#ordered().map(([index, name]) => [name, matcher.group(index) ?? ""])),
    );
  }

  /** What is read of the first match; undefined without one. */
  first<Result>(text: string, read: (matcher: Matcher) => Result): Result | undefined {
    const matcher = this.#pattern.matcher(text);
    return matcher.find() ? read(matcher) : undefined;
  }

  /** Every match replaced, by Go's rule that an empty match right behind another is none. */
  replaceAll(text: string, replacement: (matcher: Matcher) => string): string {
    const matcher = this.#pattern.matcher(text);
    let result = "";
    let copied = 0;
    let lastEnd = 0;
    while (matcher.find()) {
      const start = matcher.start();
      const end = matcher.end();
      if (end <= lastEnd && start !== 0) continue;
      result += text.slice(copied, start) + replacement(matcher);
      copied = end;
      lastEnd = end;
    }
    return copied === 0 && result === "" ? text : result + text.slice(copied);
  }

  /** A replacement as Go's `Regexp.Expand` has it: `$1`, `${1}`, `$name`, `$$`; what no group is called gives nothing. */
  template(text: string): (matcher: Matcher) => string {
    if (!text.includes("$")) return () => text;
    const parts: (string | number)[] = [];
    let from = 0;
    for (const found of text.matchAll(/\$(?:\$|(?<open>\{)?(?<name>[\p{L}\p{Nd}_]+)(?<close>\})?)/gu)) {
      const { open, name, close } = found.groups!;
      if (open !== undefined && close === undefined) continue;
      parts.push(text.slice(from, found.index));
      from = found.index + found[0].length - (open === undefined && close !== undefined ? 1 : 0);
      if (name === undefined) parts.push("$");
      else parts.push(this.#groupOf(name));
    }
    parts.push(text.slice(from));
    return (matcher) =>
      parts.map((part) => (typeof part === "string" ? part : part < 0 ? "" : (matcher.group(part) ?? ""))).join("");
  }

  #groupOf(name: string): number {
    if (/^(?:0|[1-9]\d{0,8})$/u.test(name)) return Number(name) <= this.#pattern.groupCount() ? Number(name) : -1;
    for (const [index, own] of this.#names) if (own === name) return index;
    return -1;
  }

  #ordered(): readonly (readonly [number, string])[] {
    return [...this.#names].toSorted(([a], [b]) => a - b);
  }
}
