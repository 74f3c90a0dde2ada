import { type ItemKind, OtlpError } from "@genscope/otlp";
import { type ComponentType, type PipelineSignal, signals } from "../../components.ts";
import { type ContextName, createErrorReport, Cursor, eachItem, parseProblems } from "../../ottl/index.ts";
import type { Batch, StatelessFactory } from "../stateless.ts";
import { compileDrops, mixedWays } from "./compile-drops.ts";
import { type FilterConfig, filterConfig } from "./config.ts";

const kindOf: Readonly<Record<ContextName, ItemKind>> = {
  resource: "resource",
  scope: "scope",
  span: "span",
  spanevent: "event",
  spanlink: "link",
  log: "log",
  metric: "metric",
  datapoint: "point",
  exemplar: "exemplar",
};

const rowOf: Readonly<Record<ContextName, (cursor: Cursor) => number>> = {
  resource: ({ resource }) => resource,
  scope: ({ scope }) => scope,
  span: ({ span }) => span,
  spanevent: ({ event }) => event,
  spanlink: ({ link }) => link,
  log: ({ log }) => log,
  metric: ({ metric }) => metric,
  datapoint: ({ point }) => point,
  exemplar: ({ exemplar }) => exemplar,
};

const itemOf: Readonly<Record<PipelineSignal, ContextName>> = { traces: "span", metrics: "datapoint", logs: "log" };
const counted: Readonly<Record<PipelineSignal, string>> = { traces: "spans", metrics: "datapoints", logs: "logs" };

function check(checked: unknown): readonly string[] {
  const config = checked as FilterConfig;
  return signals.flatMap((signal) => [
    ...mixedWays(config, signal),
    ...parseProblems(() => compileDrops(config, signal, () => {})),
  ]);
}

/** Drops what conditions in OTTL hold for. */
export const filterComponent: ComponentType = {
  kind: "processors",
  type: "filter",
  signals,
  differs: {
    "": "[OTTL](ottl.md) has what differs in the language. Events, links and exemplars can be dropped by the newer conditions, too.",
    "metrics.exclude.expressions": "another language (`match_type: expr`): say it in OTTL",
    "metrics.include.expressions": "another language (`match_type: expr`): say it in OTTL",
  },
  config: filterConfig,
  check,
};

function countItems(batch: Batch, cursor: Cursor): number {
  let count = 0;
  eachItem(itemOf[batch.signal], cursor, () => void count++);
  return count;
}

export const createFilter: StatelessFactory<FilterConfig> = (config, { id, telemetry, warn }) => {
  const onError = createErrorReport(id, { telemetry, warn });
  const drops = Object.fromEntries(signals.map((signal) => [signal, compileDrops(config, signal, onError)]));
  const counterOf = (signal: PipelineSignal) =>
    telemetry.counter(`otelcol_processor_filter_${counted[signal]}_filtered`, { filter: id });
  const counters = Object.fromEntries(signals.map((signal) => [signal, counterOf(signal)]));
  return {
    process(batch) {
      const own = drops[batch.signal]!;
      if (own.length === 0) return;
      const cursor = new Cursor(batch);
      const before = countItems(batch, cursor);
      try {
        for (const { context, isMeant } of own) {
          eachItem(context, cursor, () => {
            if (isMeant(cursor)) batch.edits.drop(kindOf[context], rowOf[context](cursor));
          });
        }
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new OtlpError("invalid-argument", `processor "${id}": ${message}`, { cause: error });
      }
      if (batch.edits.dropped.size > 0) counters[batch.signal]!.add(before - countItems(batch, cursor));
    },
  };
};
