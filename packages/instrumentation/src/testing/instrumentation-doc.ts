import { genAiVersion } from "@genscope/semconv/genai";
import { hostWords, localPorts, openAiCompatibleHosts } from "../openai/provider.ts";
import { type Conformance, checkRecorded } from "./conformance.ts";
import { openAiMajors } from "./openai-majors.ts";
import { runOpenAiProgram } from "./openai-program.ts";
import { useAsyncContext } from "./recorder.ts";

function list(names: Iterable<string>): string {
  return [...names]
    .toSorted()
    .map((name) => `\`${name}\``)
    .join(", ");
}

function row(library: string, { spans, violations, advice }: Conformance): string {
  const of = (kind: "inference" | "embeddings"): string => {
    const found = spans.get(kind);
    return found === undefined ? "–" : `${found.recorded.size}/${found.of}`;
  };
  return `| ${library} | ${of("inference")} | ${of("embeddings")} | ${violations.length} | ${advice.length} |`;
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
  let last: Conformance | undefined;
  for (const major of openAiMajors) {
    last = await checkRecorded(await runOpenAiProgram(major, "both"), true);
    rows.push(row(major === "openai" ? "`openai` 7" : `\`openai\` ${major.at(-1)}`, last));
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
    "| library | inference | embeddings | violations | advice |",
    "| --- | ---: | ---: | ---: | ---: |",
    ...rows,
    "",
    `Metrics: ${list(last?.metrics ?? [])}.`,
    "",
    `Events: ${list(last?.events ?? [])}.`,
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
