import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { loadPackage } from "../load-package.ts";
import { Regex } from "./regex.ts";

/** Of a program or an operating system. */
export interface Recognized {
  readonly family: string;
  /** As many numbers as are known, with dots between them. */
  readonly version: string;
}

export interface UserAgent {
  readonly program: Recognized;
  readonly system: Recognized;
}

/** Characters that are looked at: hundreds of patterns are tried on them. */
const longest = 1_024;

type Row = Readonly<Record<string, string>>;
type Recognize = (text: string) => Recognized | undefined;

const unknown: Recognized = { family: "Other", version: "" };
/** Texts whose outcome is remembered: a service is called by few programs. */
const remembered = 1_024;

/** A row of uap-core; its pattern is compiled when the first text reaches it. */
function rowReader(row: Row, family: string, parts: readonly string[]): Recognize {
  const make = (): Recognize => {
    const { regex = "", regex_flag: flag } = row;
    const pattern = new Regex("UserAgent", flag === undefined ? regex : `(?${flag})${regex}`);
    const templates = [family, ...parts].map((name, i) => pattern.template(row[name] ?? `$${i + 1}`));
    return (text) =>
      pattern.first(text, (matcher) => {
        const [name = "", ...numbers] = templates.map((template) => template(matcher));
        const [major = "", ...minor] = numbers;
        return { family: name, version: major + minor.map((number) => number && `.${number}`).join("") };
      });
  };
  let made: Recognize | undefined;
  return (text) => (made ??= make())(text);
}

function firstOf(rows: readonly Recognize[]): (text: string) => Recognized {
  return (text) => {
    for (const recognize of rows) {
      const found = recognize(text);
      if (found !== undefined && found.family !== "") return found;
    }
    return unknown;
  };
}

/** Knows programs and operating systems by the patterns of uap-core, the first that fits. */
export class UserAgentReader {
  readonly #outcomes = new Map<string, UserAgent>();
  readonly #program: (text: string) => Recognized;
  readonly #system: (text: string) => Recognized;

  constructor() {
    const file = readFileSync(loadPackage.resolve("uap-core/regexes.yaml"), "utf8");
    const rows = parse(file) as Readonly<Record<"user_agent_parsers" | "os_parsers", readonly Row[]>>;
    const versions = ["v1_replacement", "v2_replacement", "v3_replacement"];
    this.#program = firstOf(rows.user_agent_parsers.map((row) => rowReader(row, "family_replacement", versions)));
    const ofSystems = [...versions, "v4_replacement"].map((name) => `os_${name}`);
    this.#system = firstOf(rows.os_parsers.map((row) => rowReader(row, "os_replacement", ofSystems)));
  }

  readonly read = (whole: string): UserAgent => {
    const text = whole.slice(0, longest);
    let outcome = this.#outcomes.get(text);
    if (outcome === undefined) {
      outcome = { program: this.#program(text), system: this.#system(text) };
      if (this.#outcomes.size === remembered) this.#outcomes.delete(this.#outcomes.keys().next().value!);
      this.#outcomes.set(text, outcome);
    }
    return outcome;
  };
}
