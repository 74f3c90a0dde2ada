import { readFile } from "node:fs/promises";
import { type ConfigMap, type ConfigValue, isMap } from "./config-value.ts";
import { problem } from "./config-error.ts";
import type { Retrieved } from "./expand.ts";
import { parseYaml } from "./parse-yaml.ts";
import type { Positions } from "./positions.ts";

/** `file:x`, `yaml:a::b: 1`; one letter before the colon is a drive, not a scheme. */
const uriPattern = /^([A-Za-z][A-Za-z0-9+.-]+):(.*)$/su;
const envName = /^[A-Za-z_][A-Za-z0-9_]*$/u;
const schemes = ["env", "file", "yaml", "http", "https"] as const;
const fetchTimeoutMs = 10_000;

export interface RetrieveOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Told of what is odd and no error. */
  readonly onWarning: (message: string) => void;
}

/** What is between `${` and `}`: `NAME`, `env:NAME:-default`, `file:path`, `yaml:text`, a URL. */
export async function retrieve(reference: string, options: RetrieveOptions): Promise<Retrieved> {
  const [, scheme, rest] = uriPattern.exec(reference) ?? [];
  if (scheme === undefined || rest === undefined) return retrieveEnv(reference, options);
  switch (scheme) {
    case "env":
      return retrieveEnv(rest, options);
    case "file":
      return fromText(await readText(rest), rest);
    case "yaml":
      return fromText(rest, `\${yaml:${rest}}`);
    case "http":
    case "https":
      return fromText(await fetchText(reference), reference);
    default:
      throw new Error(
        `scheme "${scheme}" is not supported for uri "${reference}" (known: ${schemes.join(", ")}; $\${…} is a literal \${…})`,
      );
  }
}

/** A whole configuration: what `--config` names. A path, or a URI. */
export async function retrieveConfig(uri: string, options: RetrieveOptions, positions: Positions): Promise<ConfigMap> {
  const [, scheme, rest = uri] = uriPattern.exec(uri) ?? [];
  const text =
    scheme === "env"
      ? (options.env[rest] ?? "")
      : scheme === "yaml"
        ? nested(rest)
        : scheme === "http" || scheme === "https"
          ? await fetchText(uri)
          : await readText(rest);
  const value = parseYaml(text, scheme === "file" || scheme === undefined ? rest : uri, positions);
  if (value === null) return {};
  if (!isMap(value))
    throw problem("the configuration must be a map of sections, such as receivers and service", {
      file: uri,
      line: 1,
      column: 1,
    });
  return value;
}

/** `a.b.c=value` of `--set`, the value in YAML. */
export function parseSet(assignment: string): ConfigMap {
  const equals = assignment.indexOf("=");
  if (equals < 1) throw problem(`--set ${assignment}: must be key=value, such as processors.batch.timeout=2s`);
  const keys = assignment.slice(0, equals).trim().split(/\.|::/u);
  const value = parseYaml(assignment.slice(equals + 1), `--set ${assignment.slice(0, equals)}`);
  return keys.reduceRight<ConfigValue>((inner, key) => ({ [key]: inner }), value) as ConfigMap;
}

/** `processors::batch::timeout: 2s` as a map in a map. */
function nested(text: string): string {
  const match = /^((?:[^:\s]+::)+)([^:\s]+:(?:\s.*)?)$/su.exec(text);
  if (match === null) return text;
  const [, path = "", last = ""] = match;
  const keys = path.split("::").slice(0, -1);
  return `${keys.map((key, depth) => `${"  ".repeat(depth)}${key}:\n`).join("")}${"  ".repeat(keys.length)}${last}`;
}

function retrieveEnv(reference: string, { env, onWarning }: RetrieveOptions): Retrieved {
  const split = reference.indexOf(":-");
  const name = split === -1 ? reference : reference.slice(0, split);
  if (!envName.test(name)) {
    throw new Error(`environment variable "${name}" has invalid name: must match regex ${envName.source}`);
  }
  const set = env[name];
  if (set !== undefined) return fromText(set, `\${env:${name}}`);
  if (split !== -1) return fromText(reference.slice(split + 2), `\${env:${name}}`);
  onWarning(`Configuration references unset environment variable ${name}`);
  return { value: null, text: "", isSet: false };
}

/** Text that is no YAML, as a password with a colon may be, is text. */
function fromText(text: string, file: string): Retrieved {
  let value: ConfigValue;
  try {
    value = parseYaml(text, file);
  } catch {
    return { value: text, text, isSet: true };
  }
  const isText = value === null || typeof value !== "object";
  return { value: isText ? textOr(value, text) : value, text: isText ? text : undefined, isSet: true };
}

/** Quotes and spaces of YAML text that somebody wrote into a variable belong to it. */
function textOr(value: ConfigValue, text: string): ConfigValue {
  return typeof value === "string" ? text : value;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const reason = code === "ENOENT" ? "no such file" : code === "EISDIR" ? "it is a directory" : String(error);
    throw problem(`unable to read the file ${path}: ${reason}`);
  }
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(fetchTimeoutMs) });
  if (!response.ok) throw new Error(`unable to fetch ${url}: HTTP ${response.status}`);
  return response.text();
}
