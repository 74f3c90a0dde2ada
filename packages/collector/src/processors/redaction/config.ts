import type { z } from "zod";
import { type ComponentType, signals } from "../../components.ts";
import { boolean, list, optionalSection, section, text } from "../../config/fields.ts";
import { Regex } from "../../ottl/text/regex.ts";

export const hashNames = ["md5", "sha1", "sha3", "hmac-sha256", "hmac-sha512"] as const;
export type HashName = (typeof hashNames)[number];

const sanitizer = optionalSection({ enabled: boolean(false), attributes: list(text("")) });

const schema = section({
  /** Every key is kept; without it only those of the list below are. */
  allow_all_keys: boolean(false),
  allowed_keys: list(text("")),
  /** Kept as they are, whatever else is said. */
  ignored_keys: list(text("")),
  /** RE2, as all patterns here. */
  ignored_key_patterns: list(text("")),
  blocked_key_patterns: list(text("")),
  blocked_values: list(text("")),
  /** Wins over what is blocked. */
  allowed_values: list(text("")),
  redact_all_types: boolean(false),
  hash_function: text(""),
  hmac_key: text(""),
  summary: text(""),
  url_sanitizer: optionalSection({
    enabled: boolean(false),
    attributes: list(text("")),
    sanitize_span_name: boolean(),
  }),
  db_sanitizer: optionalSection({
    sanitize_span_name: boolean(),
    allow_fallback_without_system: boolean(),
    sql: sanitizer,
    redis: sanitizer,
    valkey: sanitizer,
    memcached: sanitizer,
    mongo: sanitizer,
    opensearch: sanitizer,
    es: sanitizer,
  }),
});

export type RedactionConfig = z.output<typeof schema>;

const patternFields = ["ignored_key_patterns", "blocked_key_patterns", "blocked_values", "allowed_values"] as const;
const summaries: readonly string[] = ["", "silent", "info", "debug"];
const fewestKeyBytes: Readonly<Record<string, number>> = { "hmac-sha256": 32, "hmac-sha512": 64 };

/** The hash a configuration names, whatever its case. */
export function hashNameOf({ hash_function: written }: RedactionConfig): HashName | undefined {
  return hashNames.find((name) => name === written.toLowerCase());
}

function check(value: unknown): readonly string[] {
  const config = value as RedactionConfig;
  const problems: string[] = [];
  for (const field of patternFields) {
    for (const pattern of config[field]) problems.push(...problemsOf(field, pattern));
  }
  const { hash_function: hash, hmac_key: key, summary } = config;
  if (hash !== "" && hashNameOf(config) === undefined) {
    problems.push(`'hash_function' must be one of ${hashNames.join(", ")}, not ${JSON.stringify(hash)}`);
  }
  const fewest = fewestKeyBytes[hash.toLowerCase()];
  if (fewest !== undefined && Buffer.byteLength(key) < fewest) {
    problems.push(`'hmac_key' must have at least ${fewest} bytes for ${hash}, not ${Buffer.byteLength(key)}`);
  }
  if (!summaries.includes(summary)) {
    problems.push(`'summary' must be one of debug, info, silent, not ${JSON.stringify(summary)}`);
  }
  return [...problems, ...sanitizersOf(config)];
}

function problemsOf(field: string, pattern: string): readonly string[] {
  try {
    void new Regex(`'${field}'`, pattern);
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

/** Both guess which parts of a text are no names; what they would leave is nothing to build on. */
function sanitizersOf({ url_sanitizer: url, db_sanitizer: databases }: RedactionConfig): readonly string[] {
  const problems: string[] = [];
  if (url?.enabled === true) {
    problems.push(
      "'url_sanitizer.enabled' is not supported: there is no maintained library for it here; replace parts of paths with the transform processor's replace_pattern",
    );
  }
  for (const [name, one] of Object.entries(databases ?? {})) {
    if (typeof one !== "object" || !one.enabled) continue;
    problems.push(
      `'db_sanitizer.${name}.enabled' is not supported: there is no maintained library for it here; leave statements out with allowed_keys, or mask literals in them with blocked_values`,
    );
  }
  return problems;
}

/** Upstream's redaction: keys that may pass, values that may not. */
export const redactionComponent: ComponentType = {
  kind: "processors",
  type: "redaction",
  signals,
  config: schema,
  differs: {
    "": "Looks at the attributes of links and exemplars as well. Behind a stateful processor it runs behind a journal, which holds what it takes out: put it first.",
    blocked_values: "also within lists and maps",
    blocked_key_patterns: "also within maps",
    summary: "tells of an allowed body that is no map or list, too",
    "url_sanitizer.enabled":
      "refused: there is no maintained library for it here; `transform` can cut addresses with `replace_pattern`",
    "db_sanitizer.sql.enabled": "refused, as for every other system: there is no maintained library for it here",
  },
  check,
};
