import { hasSuffixes, isEscaping, type TranslationStrategy } from "./translation-strategy.ts";
import { unitSuffix } from "./unit-suffix.ts";

/** What of a metric's data its name tells. */
export type NamedKind = "counter" | "gauge" | "other";

export interface MetricNaming {
  readonly strategy: TranslationStrategy;
  /** In front of every name; may be empty. */
  readonly namespace: string;
}

/** The Prometheus name of an OTLP metric, without `_bucket` and the like; nothing if no name is left. */
export function metricName(
  { strategy, namespace }: MetricNaming,
  name: string,
  unit: string,
  kind: NamedKind,
): string | undefined {
  if (name === "") return undefined;
  if (!isEscaping(strategy)) return unescapedName(namespace, name, unit, kind, hasSuffixes(strategy));
  const made = hasSuffixes(strategy) ? fullName(namespace, name, unit, kind) : escapedName(namespace, name);
  const led = /^\d/.test(made) ? `_${made}` : made;
  return led === "" || (/^_+$/.test(led) && led !== name) ? undefined : led;
}

/** Words between underscores, each suffix once and at the end. */
function fullName(namespace: string, name: string, unit: string, kind: NamedKind): string {
  const { main, per } = unitSuffix(unit);
  let tokens = name.split(/[^a-zA-Z0-9:]+/).filter((token) => token !== "");
  for (const suffix of [cleaned(main), cleaned(per)]) {
    if (suffix !== "" && !tokens.includes(suffix)) tokens.push(suffix);
  }
  if (kind === "counter") tokens = atEnd(tokens, "total");
  if (kind === "gauge" && unit === "1") tokens = atEnd(tokens, "ratio");
  return [...(namespace === "" ? [] : [namespace]), ...tokens].join("_");
}

function escapedName(namespace: string, name: string): string {
  return namespace === "" ? escape(name) : `${escape(namespace)}_${escape(name)}`;
}

function escape(text: string): string {
  return text
    .split(/[^a-zA-Z0-9:_]+/)
    .filter((token) => token !== "")
    .join("_");
}

/** The name as it is, with its suffixes in order: unit, per, then `total` or `ratio`. */
function unescapedName(namespace: string, name: string, unit: string, kind: NamedKind, withSuffixes: boolean): string {
  const whole = namespace === "" ? name : `${namespace}_${name}`;
  if (!withSuffixes) return whole;
  const last = kind === "counter" ? "total" : kind === "gauge" && unit === "1" ? "ratio" : "";
  const { main, per } = unitSuffix(unit);
  const bare = withoutEnd(withoutEnd(whole, last), per);
  const measured = main === "" || bare.endsWith(main) ? bare : `${bare}_${main}`;
  return [measured, per, last].filter((part) => part !== "").join("_");
}

function cleaned(suffix: string): string {
  return suffix.replaceAll(/[^a-zA-Z0-9:]+/g, "_").replaceAll(/^_|_$/g, "");
}

function atEnd(tokens: readonly string[], last: string): string[] {
  return [...tokens.filter((token) => token !== last), last];
}

/** Without a suffix and the character that sets it apart. */
function withoutEnd(name: string, suffix: string): string {
  const cut = name.length - suffix.length - 1;
  return suffix !== "" && cut > 0 && name.endsWith(suffix) ? name.slice(0, cut) : name;
}
