import type { Edits, LogView, MetricView, TraceView } from "@genscope/otlp";

/** One batch on its way through the stateless prefix: what was sent and the changes made to it so far. */
export type Batch =
  | { readonly signal: "traces"; readonly view: TraceView; readonly edits: Edits }
  | { readonly signal: "logs"; readonly view: LogView; readonly edits: Edits }
  | { readonly signal: "metrics"; readonly view: MetricView; readonly edits: Edits };

/** A processor without state: it records edits in the batch. Synchronous. Throws an `OtlpError` to refuse the batch as a whole. */
export interface StatelessProcessor {
  process(batch: Batch): void;
}

/** Makes one from its decoded configuration. `warn` is for what a person should know, once. */
export type StatelessFactory<Config> = (
  config: Config,
  context: { readonly id: string; readonly warn: (message: string) => void },
) => StatelessProcessor;
