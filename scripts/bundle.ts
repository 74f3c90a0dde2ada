import { cpSync, existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import * as api from "@opentelemetry/api";
import { type Plugin, rolldown } from "rolldown";

/** Packages that applications load: a file per entry and few between them, since each file that Node opens costs it a third of a millisecond. */
export const bundledPackages: readonly string[] = [
  "packages/semconv",
  "packages/masking",
  "packages/instrumentation",
  "packages/sdk",
];

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const sourceCondition = "@genscope/source";
const otelScope = "@opentelemetry/";
/** As many entries as make code common: it goes into one file. */
const commonFrom = 8;

/**
 * Writes a package's JavaScript as it is published: an entry for each export and what they share. Of what it imports, its `devDependencies` go into it, with
 * their licences; all else stays outside.
 */
export async function bundlePackage(directory: string, outDir: string): Promise<void> {
  const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest;
  const inside = new Set(Object.keys(manifest.devDependencies ?? {}));
  const bundle = await rolldown({
    cwd: directory,
    input: entriesOf(manifest),
    platform: "node",
    // what goes into it of the workspace is taken as it is written: nothing has to be built before
    resolve: { conditionNames: [sourceCondition, "node", "import", "default"] },
    plugins: [forBothApis, boundaries(directory, inside)],
  });
  const { output } = await bundle.write({
    dir: outDir,
    format: "esm",
    sourcemap: true,
    entryFileNames: "[name].js",
    // beside the entries, so that what stays a file of its own is found from each
    chunkFileNames: "[name].js",
    minifyInternalExports: false,
    codeSplitting: { groups: [{ name: "common", minShareCount: commonFrom }] },
  });
  await bundle.close();
  for (const file of globSync("*.cjs", { cwd: join(directory, "src") })) {
    cpSync(join(directory, "src", file), join(outDir, file));
  }
  const modules = output.flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
  writeLicences(modules, outDir);
}

/** Output name → source, of every door that is published. */
function entriesOf({ exports }: Manifest): Record<string, string> {
  const entries: Record<string, string> = {};
  for (const { default: file, [sourceCondition]: source } of Object.values(exports)) {
    if (file !== undefined && source !== undefined) entries[relative("dist", file).replace(/\.js$/u, "")] = source;
  }
  return entries;
}

function boundaries(directory: string, inside: ReadonlySet<string>): Plugin {
  return {
    name: "boundaries",
    async resolveId(source, importer) {
      if (importer === undefined) return null;
      if (source.startsWith("."))
        return source.endsWith(".cjs") ? { id: `./${source.replace(/^.*\//u, "")}`, external: true } : null;
      const [first = "", second = ""] = source.split("/");
      const name = first.startsWith("@") ? `${first}/${second}` : first;
      const carried = importer.includes("/node_modules/") ? name !== `${otelScope}api` : inside.has(name);
      if (source.startsWith("node:") || !carried) return { id: source, external: true };
      if (!name.startsWith(otelScope)) return null;
      // one copy of each, the package's own, whatever is nested below others
      return this.resolve(source, join(directory, "package.json"), { skipSelf: true });
    },
  };
}

const bothApis = "\0both-apis";

/**
 * OpenTelemetry's 3.x line links with API 1.10 only, for the sake of the two names of the Logs API that it takes from there. They are looked up when the code
 * runs, so that it works with API 1.9, too.
 */
const forBothApis: Plugin = {
  name: bothApis,
  resolveId: (source, importer) =>
    source === `${otelScope}api` && importer?.includes(`/node_modules/${otelScope}`) === true ? bothApis : null,
  load(id) {
    if (id !== bothApis) return null;
    const { SeverityNumber, createNoopLogger: _later, logs: _logs, default: _default, ...inBoth } = api;
    return `
      import * as api from "${otelScope}api";
      export { ${Object.keys(inBoth).join(", ")} } from "${otelScope}api";
      export const SeverityNumber = api.SeverityNumber ?? ${JSON.stringify(SeverityNumber)};
      export const createNoopLogger = () => api.createNoopLogger?.() ?? { emit() {}, enabled: () => false };
    `;
  },
};

function writeLicences(modules: readonly string[], outDir: string): void {
  const packages = new Map<string, string>();
  for (const module of modules) {
    const root = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//u.exec(module)?.[1];
    if (root !== undefined) packages.set(root, "");
  }
  if (packages.size === 0) return;
  const texts = new Map<string, string[]>();
  for (const root of packages.keys()) {
    const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, string>;
    const file = ["LICENSE", "LICENSE.md", "LICENSE.txt"].map((one) => join(root, one)).find((one) => existsSync(one));
    if (file === undefined) throw new Error(`${name} has no licence to ship`);
    const text = readFileSync(file, "utf8").trim();
    texts.set(text, [...(texts.get(text) ?? []), `${name} ${version}`]);
  }
  const sections = [...texts].map(([text, names]) => `${names.toSorted().join("\n")}\n\n${text}\n`);
  writeFileSync(join(outDir, "THIRD-PARTY-LICENSES.txt"), `Inside this package are:\n\n${sections.join("\n\n")}`);
}
