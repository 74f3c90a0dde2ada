/** What it costs to load the instrumentation and the SDK as they are published: beside OpenTelemetry's own packages and other instrumentations. */
import { join } from "node:path";
import { createProject, runProgram } from "../test/support/published.ts";
import type { Bench, BenchRow } from "./bench.ts";

const rounds = 15;
const peers = {
  "@opentelemetry/instrumentation-openai": "0.22",
  "@traceloop/instrumentation-openai": "0.27",
  "@arizeai/openinference-instrumentation-openai": "4.2",
} as const;
type Peer = keyof typeof peers;
const peerNames = Object.keys(peers) as Peer[];

/** What `@genscope/sdk` has in it, as packages. */
const otelSdk = [
  "context-async-hooks",
  "core",
  "resources",
  "sdk-trace",
  "sdk-metrics",
  "sdk-logs",
  "exporter-trace-otlp-proto",
  "exporter-metrics-otlp-proto",
  "exporter-logs-otlp-proto",
].map((name) => `@opentelemetry/${name}`);

const load = (...names: readonly string[]): string => names.map((name) => `await import("${name}");`).join("");
const instrumentation = "@genscope/instrumentation/openai";

interface Cost {
  readonly cpuMs: number;
  readonly wallMs: number;
}

const programs = {
  nothing: "",
  api: load("@opentelemetry/api"),
  instrumentation: load(instrumentation),
  created: `const { OpenAIInstrumentation } = await import("${instrumentation}"); new OpenAIInstrumentation({ alreadyLoaded: false });`,
  searched: `const { OpenAIInstrumentation } = await import("${instrumentation}"); new OpenAIInstrumentation();`,
  sdk: load("@genscope/sdk"),
  register: load("@genscope/sdk/register"),
  otelSdk: load("@opentelemetry/api", ...otelSdk),
  ...(Object.fromEntries(peerNames.map((name) => [name, load(name)])) as Record<Peer, string>),
};
type Program = keyof typeof programs;

/** Ends at once: what the process would still do is no part of loading. */
const report = `
  const { user, system } = process.cpuUsage();
  process.stdout.write(JSON.stringify({ cpuMs: (user + system) / 1000, wallMs: performance.now() }), () => process.exit(0));`;

export const bench: Bench = {
  title: "Loading the instrumentation and the SDK",
  method: `CPU time of a fresh process that imports a module, from its start and all its threads included, above that of one that imports nothing; in brackets the time on the clock. Programs take turns ${rounds} times, the least of each counts. Ours are as \`npm run build\` makes them. \`openai\` itself is installed and not loaded.`,
  async run(log) {
    const project = await createProject();
    const workspace = join(import.meta.dirname, "../packages/sdk");
    const directoryOf = (name: Program): string =>
      name in peers ? join(import.meta.dirname, "peers") : name === "otelSdk" ? workspace : project.directory;
    const least = new Map<Program, Cost>();
    try {
      for (let round = 0; round < rounds; round++) {
        for (const [name, text] of Object.entries(programs) as [Program, string][]) {
          const args = ["--input-type=module", "-e", text + report];
          const { code, stdout, stderr } = await runProgram(directoryOf(name), args, {});
          if (code !== 0) throw new Error(`${name}: ${stderr}`);
          const { cpuMs, wallMs } = JSON.parse(stdout) as Cost;
          const before = least.get(name) ?? { cpuMs: Infinity, wallMs: Infinity };
          least.set(name, { cpuMs: Math.min(cpuMs, before.cpuMs), wallMs: Math.min(wallMs, before.wallMs) });
        }
      }
    } finally {
      project.remove();
    }
    const nothing = least.get("nothing")!;
    const added = (name: Program): number => least.get(name)!.cpuMs - nothing.cpuMs;
    const figure = (name: Program): string =>
      `${added(name).toFixed(0)} ms (${(least.get(name)!.wallMs - nothing.wallMs).toFixed(0)})`;
    for (const name of Object.keys(programs) as Program[]) log(`${name}: ${figure(name)}`);
    const cheapest = peerNames.toSorted((a, b) => added(a) - added(b))[0]!;
    const rows: BenchRow[] = [
      { what: "`@opentelemetry/api`, which all the others load", value: figure("api") },
      {
        what: `\`${instrumentation}\`, the API with it`,
        value: figure("instrumentation"),
        against: peerNames.map((name) => `${name} ${peers[name]} ${figure(name)}`).join(", "),
        ratio: added(cheapest) / added("instrumentation"),
        target: "under 40 ms",
      },
      {
        what: "the same beyond the API",
        value: `${(added("instrumentation") - added("api")).toFixed(0)} ms`,
        against: peerNames.map((name) => `${(added(name) - added("api")).toFixed(0)} ms`).join(", "),
        ratio: (added(cheapest) - added("api")) / (added("instrumentation") - added("api")),
      },
      { what: "the same, and `new OpenAIInstrumentation({ alreadyLoaded: false })`", value: figure("created") },
      { what: "the same, looking for copies of `openai` that are loaded", value: figure("searched") },
      {
        what: "`@genscope/sdk`",
        value: figure("sdk"),
        against: `the packages of OpenTelemetry it has in it, each imported ${figure("otelSdk")}`,
        ratio: added("otelSdk") / added("sdk"),
      },
      {
        what: "`@genscope/sdk/register`: everything set up, each library waited for",
        value: figure("register"),
        against: `the packages of OpenTelemetry, imported ${figure("otelSdk")}`,
        ratio: added("otelSdk") / added("register"),
      },
    ];
    return rows;
  },
};
