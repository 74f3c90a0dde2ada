import { genAiVersion } from "@genscope/semconv/genai";
import { hostWords, localPorts, openAiCompatibleHosts } from "../openai/provider.ts";
import { type Conformance, checkRecorded } from "./conformance.ts";
import { useAsyncContext } from "./recorder.ts";
import { loadPrograms, type TestProgram } from "./test-program.ts";

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

function hosts(): string[] {
  const byProvider = Map.groupBy(Object.entries(openAiCompatibleHosts), ([, provider]) => provider);
  const rows = [...byProvider].map(([provider, entries]): [string, string] => [
    provider,
    entries.map(([host]) => `\`${host.startsWith(".") ? `*${host}` : host}\``).join(", "),
  ]);
  const words: readonly string[] = hostWords;
  for (const [port, provider] of Object.entries(localPorts)) {
    const word = words.find((one) => one === provider.replace("_", ""));
    rows.push([provider, `port ${port} of this machine${word === undefined ? "" : `, \`${word}\` in a host's name`}`]);
  }
  return rows.toSorted(([a], [b]) => a.localeCompare(b)).map(([provider, where]) => `| \`${provider}\` | ${where} |`);
}

/** docs/instrumentation.md: what the test programs of each library emit, held against the conventions, and the hosts that are known. */
export async function instrumentationDoc(): Promise<string> {
  useAsyncContext();
  const rows: string[] = [];
  const metrics = new Set<string>();
  const events = new Set<string>();
  for (const program of await loadPrograms()) {
    const found = await checkRecorded(await program.run("both"), true);
    rows.push(row(program, found));
    for (const name of found.metrics) metrics.add(name);
    for (const name of found.events) events.add(name);
  }
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
    "## Providers by host",
    "",
    "The `openai` package pointed at one of these, or `fetch` to one, goes by the provider's own name. Others are named by `init({ hosts })`.",
    "",
    "| `gen_ai.provider.name` | host |",
    "| --- | --- |",
    ...hosts(),
    "",
  ].join("\n");
}
