import type { z } from "zod";
import {
  type ComponentType,
  type Kind,
  kindNames,
  kinds,
  type PipelineSignal,
  type Registry,
  signals,
} from "../components.ts";
import { checkAuthenticators } from "./check-authenticators.ts";
import { type ComponentId, formatId, parseId } from "./component-id.ts";
import { ConfigError } from "./config-error.ts";
import { type ConfigMap, type ConfigValue, Expanded, isMap } from "./config-value.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { LoadedConfig } from "./load-config.ts";
import { Problems } from "./problems.ts";
import { checkGraph } from "./check-graph.ts";
import { type TelemetryConfig, telemetryField } from "./telemetry-config.ts";

export interface ConfiguredComponent {
  readonly id: string;
  readonly component: ComponentType;
  /** Decoded, with defaults. */
  readonly config: unknown;
}

export interface Pipeline {
  /** `traces` or `traces/name`. */
  readonly id: string;
  readonly signal: PipelineSignal;
  readonly receivers: readonly string[];
  readonly processors: readonly string[];
  readonly exporters: readonly string[];
}

/** A configuration that holds together: every reference leads somewhere. */
export interface Config {
  readonly components: Readonly<Record<Kind, ReadonlyMap<string, ConfiguredComponent>>>;
  readonly extensions: readonly string[];
  readonly pipelines: readonly Pipeline[];
  readonly telemetry: TelemetryConfig;
  readonly warnings: readonly string[];
}

const sections = new Set<string>([...kinds, "service"]);
const serviceKeys = new Set(["extensions", "pipelines", "telemetry"]);
const pipelineKeys = new Set(["receivers", "processors", "exporters"]);

/**
 * Understands a loaded configuration: known sections, ids, components and their fields, pipelines whose parts exist and fit. With `isStrict` nothing is taken
 * that the Collector refuses.
 *
 * @throws {ConfigError} with all that is wrong, in the Collector's words where it has them.
 */
export function parseConfig(
  { config, positions, warnings: loadWarnings }: LoadedConfig,
  registry: Registry,
  { isStrict = false }: { readonly isStrict?: boolean } = {},
): Config {
  const problems = new Problems(positions);
  const warnings = [...loadWarnings];
  if (Object.keys(config).length === 0) throw new ConfigError([{ message: "empty configuration file" }]);
  checkKeys(config, sections, [], problems);

  const components = Object.fromEntries(
    kinds.map((kind) => [kind, parseKind(kind, config[kind], registry, problems, warnings, isStrict)]),
  ) as Record<Kind, Map<string, ConfiguredComponent>>;
  const service = isMap(config["service"]) ? config["service"] : {};
  checkKeys(service, serviceKeys, ["service"], problems);
  if (components.receivers.size === 0) problems.add(["receivers"], "no receiver configuration specified in config");
  if (components.exporters.size === 0) problems.add(["exporters"], "no exporter configuration specified in config");
  for (const id of components.connectors.keys()) {
    for (const kind of ["receivers", "exporters"] as const) {
      if (!components[kind].has(id)) continue;
      const name = kindNames[kind];
      problems.add(
        ["connectors", id],
        `connectors::${id}: ambiguous ID: Found both "${id}" ${name} and "${id}" connector. Change one of the components' IDs to eliminate ambiguity (e.g. rename "${id}" connector to "${id}/connector")`,
      );
    }
  }
  const extensions = idsOf(service["extensions"], ["service", "extensions"], problems);
  for (const [index, id] of extensions.entries()) {
    if (components.extensions.has(id)) continue;
    const hint = didYouMean(id, components.extensions.keys());
    problems.add(
      ["service", "extensions", index],
      `service::extensions: references extension "${id}" which is not configured`,
      hint,
    );
  }
  const parsed: Config = {
    components,
    extensions,
    pipelines: parsePipelines(service["pipelines"], problems),
    telemetry: parseTelemetry(service["telemetry"], problems),
    warnings,
  };
  checkGraph(parsed, problems);
  checkAuthenticators(parsed, problems);
  if (problems.all.length > 0) throw new ConfigError(problems.all);
  return parsed;
}

function checkKeys(map: ConfigMap, known: ReadonlySet<string>, path: readonly string[], problems: Problems): void {
  for (const key of Object.keys(map)) {
    if (known.has(key)) continue;
    problems.add([...path, key], `'${path.join("::")}' has invalid keys: ${key}`, didYouMean(key, known));
  }
}

function parseKind(
  kind: Kind,
  value: ConfigValue | undefined,
  registry: Registry,
  problems: Problems,
  warnings: string[],
  isStrict: boolean,
): Map<string, ConfiguredComponent> {
  const found = new Map<string, ConfiguredComponent>();
  if (value === undefined || value === null) return found;
  if (!isMap(value)) {
    problems.add([kind], `'${kind}' expected a map of ids to configurations`);
    return found;
  }
  for (const [key, written] of Object.entries(value)) {
    const path = [kind, key.trim()];
    const id = idOf(key, path, problems);
    if (id === undefined) continue;
    const component = registry.find(kind, id.type);
    if (component === undefined) {
      const types = registry.types(kind);
      problems.add(
        path,
        `'${kind}' unknown type: "${id.type}" for id: "${formatId(id)}" (valid values: [${types.join(" ")}])`,
        didYouMean(id.type, types),
      );
      continue;
    }
    if (component.type !== id.type) {
      warnings.push(
        `${kind}::${formatId(id)}: "${id.type}" is an older name of "${component.type}"; both are understood`,
      );
    }
    if (found.has(formatId(id))) {
      problems.add(path, `'${kind}' duplicate name "${formatId(id)}" after trimming spaces`);
      continue;
    }
    const config = decode(component, written, path, problems);
    for (const refusal of config === undefined ? [] : (component.tolerates?.(config) ?? [])) {
      const message = `${path.join("::")}: ${refusal}`;
      if (isStrict) problems.add(path, message);
      else warnings.push(`${message} (the Collector refuses this; here it runs)`);
    }
    found.set(formatId(id), { id: formatId(id), component, config });
  }
  return found;
}

function idOf(text: string, path: readonly string[], problems: Problems): ComponentId | undefined {
  try {
    return parseId(text);
  } catch (error) {
    problems.add(path, `'${path[0]}' ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function decode(component: ComponentType, written: ConfigValue, path: readonly string[], problems: Problems): unknown {
  const result = component.config.safeParse(written);
  const where = path.join("::");
  if (!result.success) {
    for (const issue of result.error.issues) addIssue(issue, component.config, where, path, problems);
    return undefined;
  }
  for (const message of component.check?.(result.data) ?? []) problems.add(path, `${where}: ${message}`);
  return result.data;
}

function parseTelemetry(written: ConfigValue | undefined, problems: Problems): TelemetryConfig {
  const path = ["service", "telemetry"];
  const result = telemetryField.safeParse(written);
  if (result.success) return result.data;
  for (const issue of result.error.issues) addIssue(issue, telemetryField, path.join("::"), path, problems);
  return telemetryField.parse(undefined);
}

function addIssue(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  where: string,
  path: readonly string[],
  problems: Problems,
): void {
  const inner = issue.path.map((key) => (typeof key === "number" ? key : String(key)));
  const field = inner.join(".").replaceAll(/\.(\d+)(?=\.|$)/gu, "[$1]");
  if (issue.code === "unrecognized_keys") {
    for (const key of issue.keys) {
      const hint = didYouMean(key, knownKeys(schema, inner));
      problems.add([...path, ...inner, key], `${where}: '${field}' has invalid keys: ${key}`, hint);
    }
    return;
  }
  problems.add([...path, ...inner], `${where}: '${field}' ${issue.message}`);
}

/** The keys that a schema knows at a path, for hints. */
function knownKeys(schema: z.ZodType, path: readonly (string | number)[]): readonly string[] {
  let at: unknown = schema;
  for (const key of [...path, undefined]) {
    at = unwrapped(at);
    const { shape, element, valueType } = (at as { def?: Record<string, unknown> } | undefined)?.def ?? {};
    if (key === undefined) return typeof shape === "object" && shape !== null ? Object.keys(shape) : [];
    at = shape === undefined ? (element ?? valueType) : (shape as Record<string, unknown>)[key];
  }
  return [];
}

/** Through `preprocess` and `optional` to the schema inside. */
function unwrapped(schema: unknown): unknown {
  let at = schema;
  for (let depth = 0; depth < 8; depth++) {
    const def = (at as { def?: { type?: string; out?: unknown; innerType?: unknown } } | undefined)?.def;
    if (def?.type === "pipe") at = def.out;
    else if (def?.type === "optional") at = def.innerType;
    else return at;
  }
  return at;
}

/** Ids of a list, trimmed; text is a list split at commas. */
function idsOf(value: ConfigValue | undefined, path: readonly string[], problems: Problems): string[] {
  if (value === undefined || value === null) return [];
  const written = value instanceof Expanded ? value.text : value;
  const items = typeof written === "string" ? written.split(",") : written;
  if (!Array.isArray(items)) {
    problems.add(path, `'${path.join("::")}' expected a list of ids`);
    return [];
  }
  return items.flatMap((item: ConfigValue, index): string[] => {
    const text = item instanceof Expanded ? item.text : item;
    if (typeof text !== "string") {
      problems.add([...path, String(index)], `'${path.join("::")}[${index}]' expected an id`);
      return [];
    }
    const id = idOf(text, path, problems);
    return id === undefined ? [] : [formatId(id)];
  });
}

function parsePipelines(value: ConfigValue | undefined, problems: Problems): Pipeline[] {
  const path = ["service", "pipelines"];
  const map = isMap(value) ? value : {};
  if (Object.keys(map).length === 0) problems.add(path, "service::pipelines: service must have at least one pipeline");
  return Object.entries(map).flatMap(([key, written]): Pipeline[] => {
    const here = [...path, key.trim()];
    const id = idOf(key, here, problems);
    if (id === undefined) return [];
    const signal = signals.find((one) => one === id.type);
    if (signal === undefined) {
      const hint = didYouMean(id.type, signals) ?? `known: ${signals.join(", ")}`;
      problems.add(here, `service::pipelines: unknown signal "${id.type}" in pipeline "${formatId(id)}"`, hint);
      return [];
    }
    const parts = isMap(written) ? written : {};
    checkKeys(parts, pipelineKeys, here, problems);
    const of = (part: string): string[] => idsOf(parts[part], [...here, part], problems);
    return [
      {
        id: formatId(id),
        signal,
        receivers: of("receivers"),
        processors: of("processors"),
        exporters: of("exporters"),
      },
    ];
  });
}
