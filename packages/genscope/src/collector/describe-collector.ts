import type { Collector, Config, Pipeline } from "@genscope/collector";
import { paint } from "../terminal.ts";
import { version } from "../version.ts";

function dim(text: string): string {
  return paint("dim", text);
}

function pipelineLine({ id, receivers, processors, exporters }: Pipeline, width: number): string {
  const way = [receivers.join(", "), ...processors, exporters.join(", ")].join(" → ");
  return `${id.padEnd(width)}  ${way}`;
}

export interface CollectorFacts {
  readonly collector: Collector;
  readonly config: Config;
  readonly dataDir: string;
  readonly startMs: number;
  /** Of the UI, if there is a store. */
  readonly ui: string | undefined;
}

/** What `genscope collector` prints once it runs: where to send, what happens to it, where to look. */
export function describeCollector({ collector, config, dataDir, startMs, ui }: CollectorFacts): string {
  const width = Math.max(...config.pipelines.map(({ id }) => id.length));
  const rows: [string, string][] = [
    ...collector.endpoints.map(({ url, protocol, receiver }): [string, string] => [
      "Send",
      `${url}  ${dim(`${protocol} (${receiver})`)}`,
    ]),
    ...config.pipelines.map((pipeline): [string, string] => ["Run", pipelineLine(pipeline, width)]),
    ...collector.urls.map(({ id, url }): [string, string] => ["Listen", `${url}  ${dim(`(${id})`)}`]),
    ...collector.metricsUrls.map((url): [string, string] => ["Metrics", url]),
    ...(ui === undefined ? [] : [["Look", paint("cyan", ui)] satisfies [string, string]]),
    ["Data", dataDir],
  ];
  const lines = rows.map(
    ([title, text], index) => `  ${(rows[index - 1]?.[0] === title ? "" : title).padEnd(7)}  ${text}`,
  );
  const title = `  ${paint("bold", "Genscope")} ${dim(`${version} collector`)}  ${dim(`ready in ${Math.round(startMs)} ms`)}`;
  return ["", title, "", ...lines, "", ""].join("\n");
}
