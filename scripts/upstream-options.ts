/**
 * `node scripts/upstream-options.ts $(go env GOMODCACHE)`: writes packages/collector/cases/upstream-options.yaml, the names of all options of the
 * Collector's components, from the schemas that their Go modules carry. docs/collector.md is held against it.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";

const version = "v0.161.0";
const core = "go.opentelemetry.io/collector";
const contrib = "github.com/open-telemetry/opentelemetry-collector-contrib";

/** Our names of components, and the modules that the Collector has them in. */
const modules: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  receivers: { otlp: `${core}/receiver/otlpreceiver` },
  processors: {
    attributes: `${contrib}/processor/attributesprocessor`,
    batch: `${core}/processor/batchprocessor`,
    delta_to_cumulative: `${contrib}/processor/deltatocumulativeprocessor`,
    filter: `${contrib}/processor/filterprocessor`,
    groupbytrace: `${contrib}/processor/groupbytraceprocessor`,
    memory_limiter: `${core}/processor/memorylimiterprocessor`,
    probabilistic_sampler: `${contrib}/processor/probabilisticsamplerprocessor`,
    redaction: `${contrib}/processor/redactionprocessor`,
    resource: `${contrib}/processor/resourceprocessor`,
    tail_sampling: `${contrib}/processor/tailsamplingprocessor`,
    transform: `${contrib}/processor/transformprocessor`,
  },
  connectors: {
    count: `${contrib}/connector/countconnector`,
    signal_to_metrics: `${contrib}/connector/signaltometricsconnector/config`,
    span_metrics: `${contrib}/connector/spanmetricsconnector`,
  },
  exporters: {
    debug: `${core}/exporter/debugexporter`,
    file: `${contrib}/exporter/fileexporter`,
    kafka: `${contrib}/exporter/kafkaexporter`,
    otlp_grpc: `${core}/exporter/otlpexporter`,
    otlp_http: `${core}/exporter/otlphttpexporter`,
    prometheus: `${contrib}/exporter/prometheusexporter`,
    prometheus_remote_write: `${contrib}/exporter/prometheusremotewriteexporter`,
  },
  extensions: {
    basicauth: `${contrib}/extension/basicauthextension`,
    bearertokenauth: `${contrib}/extension/bearertokenauthextension`,
    health_check: `${contrib}/extension/healthcheckextension`,
  },
};

interface Schema {
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly allOf?: readonly Schema[];
}

/** A schema, and the path of the package whose file it is in. */
interface Place {
  readonly schema: Schema;
  readonly from: string;
}

/** What stands in these are the options of a policy again. */
const subPolicies = /^(.*?_sub_policy)\b.*$/u;

const cache = process.argv[2] ?? "";
const files = new Map<string, Schema | undefined>();

/** The schema file of a Go package: its module is a folder with a version somewhere on the path. */
function fileOf(path: string): Schema | undefined {
  if (!files.has(path)) files.set(path, readSchema(path));
  return files.get(path);
}

function readSchema(path: string): Schema | undefined {
  const parts = path.split("/");
  for (let split = parts.length; split > 2; split--) {
    const parent = join(cache, ...parts.slice(0, split - 1));
    const name = parts[split - 1]!;
    let versions: string[] = [];
    try {
      versions = readdirSync(parent).filter((one) => one.startsWith(`${name}@`));
    } catch {
      continue;
    }
    for (const one of [`${name}@${version}`, ...versions.toSorted().toReversed()]) {
      try {
        return parse(readFileSync(join(parent, one, ...parts.slice(split), "config.schema.yaml"), "utf8")) as Schema;
      } catch {
        // another version, or none
      }
    }
  }
  return undefined;
}

function resolve(ref: string, from: string): Place | undefined {
  const dot = ref.lastIndexOf(".");
  const isElsewhere = ref.includes("/");
  const root = from.startsWith(core) ? core : contrib;
  const [path, name] = isElsewhere ? [ref.slice(0, dot), ref.slice(dot + 1)] : ["", ref];
  const at = !isElsewhere
    ? from
    : path.startsWith("/")
      ? root + path
      : path.startsWith("./")
        ? from + path.slice(1)
        : path;
  const file = fileOf(at);
  const schema = name === "config" && file?.$defs?.[name] === undefined ? file : file?.$defs?.[name];
  return schema === undefined ? undefined : { schema, from: at };
}

function optionsOf({ schema, from }: Place, path: string, seen: readonly Schema[]): readonly string[] {
  if (seen.includes(schema)) return [path];
  const inner = (one: Schema, name: string): readonly string[] =>
    optionsOf({ schema: one, from }, name, [...seen, schema]);
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, one]) =>
    inner(one, path === "" ? name : `${path}.${name}`),
  );
  const parts = [
    ...(schema.allOf ?? []),
    ...(schema.$ref === undefined ? [] : [schema.$ref].map(($ref) => ({ $ref }))),
  ];
  const others = parts.flatMap(({ $ref }) => {
    const place = $ref === undefined ? undefined : resolve($ref, from);
    return place === undefined ? [] : optionsOf(place, path, [...seen, schema]);
  });
  const elements = [
    ...(schema.items === undefined ? [] : inner(schema.items, `${path}[]`)),
    ...(schema.additionalProperties === undefined ? [] : inner(schema.additionalProperties, `${path}.<name>`)),
  ].map((name) => (name === `${path}[]` || name === `${path}.<name>` ? path : name));
  const all = [...own, ...others, ...elements];
  return all.length === 0 ? (path === "" ? [] : [path]) : [...new Set(all)];
}

const options = Object.fromEntries(
  Object.entries(modules).map(([kind, components]) => [
    kind,
    Object.fromEntries(
      Object.entries(components).map(([type, path]) => {
        const schema = fileOf(path);
        if (schema === undefined)
          throw new Error(`no schema of ${path} in ${cache}: run go mod download ${path}@${version}`);
        const all = optionsOf({ schema, from: path }, "", []).map((option) => option.replace(subPolicies, "$1"));
        return [type, [...new Set(all)].toSorted()];
      }),
    ),
  ]),
);
writeFileSync(
  join(import.meta.dirname, "../packages/collector/cases/upstream-options.yaml"),
  `# Names of the options of the Collector's components at ${version}; written by scripts/upstream-options.ts.\n${stringify(options)}`,
);
