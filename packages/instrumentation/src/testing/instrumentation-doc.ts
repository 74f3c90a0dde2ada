import { genAiVersion } from "@genscope/semconv/genai";
import { knownPaths } from "../fetch/known-paths.ts";
import { hostWords, localPorts, openAiCompatibleHosts } from "../openai/provider.ts";
import type { Conformance } from "./conformance.ts";
import type { TestProgram } from "./test-program.ts";

/** A program and what is to be said of everything it emitted with content captured. */
export interface CheckedProgram {
  readonly program: TestProgram;
  readonly found: Conformance;
}

function list(names: Iterable<string>): string {
  return [...names]
    .toSorted()
    .map((name) => `\`${name}\``)
    .join(", ");
}

/** The kinds of span in the table, and what heads their column. */
const kinds = {
  inference: "inference",
  embeddings: "embeddings",
  retrieval: "retrieval",
  executeTool: "tool",
  invokeAgent: "agent",
  mcpClient: "MCP client",
  mcpServer: "MCP server",
} as const;

function row({ library, version }: TestProgram, { spans, violations, advice }: Conformance): string {
  const cells = Object.keys(kinds).map((kind) => {
    const found = spans.get(kind as keyof typeof kinds);
    return found === undefined ? "–" : `${found.recorded.size}/${found.of}`;
  });
  return `| ${[`\`${library}\` ${version}`, ...cells, violations.length, advice.length].join(" | ")} |`;
}

/** Where each provider is known to be, in words. */
function hosts(): ReadonlyMap<string, string> {
  const byProvider = Map.groupBy(Object.entries(openAiCompatibleHosts), ([, provider]) => provider);
  const places = new Map(
    [...byProvider].map(([provider, entries]): [string, string] => [
      provider,
      entries.map(([host]) => `\`${host.startsWith(".") ? `*${host}` : host}\``).join(", "),
    ]),
  );
  const words: readonly string[] = hostWords;
  for (const [port, provider] of Object.entries(localPorts)) {
    const word = words.find((one) => one === provider.replace("_", ""));
    const named = word === undefined ? "" : `, \`${word}\` in a host's name`;
    places.set(provider, `port ${port} of this machine${named}`);
  }
  return places;
}

/** Whose formats a provider is known by, where it is called with `fetch`. */
function formatsOf(provider: string, hasHost: boolean): string {
  const own = knownPaths.filter(({ providers }) => providers.includes(provider)).map(({ api }) => api);
  return [...new Set([...own, ...(hasHost ? ["OpenAI"] : [])])].toSorted().join(", ");
}

/** One row for each provider: the libraries whose spans name it, its hosts, its formats. */
function providerRows(libraries: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const places = hosts();
  const all = new Set([...libraries.keys(), ...places.keys(), ...knownPaths.flatMap(({ providers }) => providers)]);
  return [...all]
    .toSorted((left, right) => left.localeCompare(right))
    .map((provider) => {
      const by = list(libraries.get(provider) ?? []);
      const host = places.get(provider);
      const cells = [`\`${provider}\``, by === "" ? "–" : by, host ?? "–", formatsOf(provider, host !== undefined)];
      return `| ${cells.join(" | ")} |`;
    });
}

/** docs/instrumentation.md: what the test programs of each library emit, held against the conventions, and the hosts that are known. */
export function instrumentationDoc(checked: readonly CheckedProgram[]): string {
  const rows: string[] = [];
  const metrics = new Set<string>();
  const events = new Set<string>();
  const libraries = new Map<string, Set<string>>();
  for (const { program, found } of checked) {
    rows.push(row(program, found));
    for (const provider of found.providers) {
      libraries.set(provider, (libraries.get(provider) ?? new Set()).add(program.library));
    }
    for (const name of found.metrics) metrics.add(name);
    for (const name of found.events) events.add(name);
  }
  const providers = providerRows(libraries);
  return [
    "# Instrumentations",
    "",
    "Written by `npm run docs` from what the test programs emit; do not edit. How to use them: [instrument.md](instrument.md).",
    "",
    "## Held against the conventions",
    "",
    `Attributes recorded of those that version ${genAiVersion} names for a kind of span, over all calls of the test programs with content captured; what is against the conventions; and what they would have`,
    "otherwise. Numbers are for those attributes the provider's answers allow: a model server that tells no audio tokens leaves their attributes out.",
    "",
    `| ${["library", ...Object.values(kinds), "violations", "advice"].join(" | ")} |`,
    `| --- |${" ---: |".repeat(Object.keys(kinds).length + 2)}`,
    ...rows,
    "",
    `Metrics: ${list(metrics)}.`,
    "",
    `Events: ${list(events)}.`,
    "",
    "## Providers",
    "",
    `${providers.length} providers, by the name their spans have, and how each is reached: by the libraries that a test program called it with; by the \`openai\` package pointed at one of its hosts;`,
    "by `fetch`, in these formats. Others are named by `init({ hosts })`. Test programs call a model server of this repository, which speaks the formats; no provider was called, and hosts are as they are published.",
    "",
    "| `gen_ai.provider.name` | library | host, for `openai` and `fetch` | formats, for `fetch` |",
    "| --- | --- | --- | --- |",
    ...providers,
    "",
  ].join("\n");
}
