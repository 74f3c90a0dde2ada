import type { Catalogue } from "../catalogue.ts";
import type { PipelineSignal } from "../components.ts";
import type { Config, ConfiguredComponent, Pipeline } from "../config/parse-config.ts";
import type { Batching } from "./delivery.ts";

/** One stage of a pipeline and the stateless processors behind it, up to the next journal. */
export interface Step {
  readonly id: string;
  /** Nothing: what comes in goes out, so that the processors behind it run behind a journal. */
  readonly processor: ConfiguredComponent | undefined;
  readonly behind: readonly ConfiguredComponent[];
}

/** A pipeline cut where state begins (docs/adr/0016). It has a journal in front of every step and one behind the last. */
export interface PipelinePlan {
  readonly pipeline: Pipeline;
  /** Run before a request is acknowledged. */
  readonly prefix: readonly ConfiguredComponent[];
  readonly steps: readonly Step[];
  readonly batching: Batching | undefined;
  readonly exporters: readonly ConfiguredComponent[];
}

/** A connector for what it takes of one signal. */
export interface ConnectorPlan {
  readonly connector: ConfiguredComponent;
  readonly signal: PipelineSignal;
  /** Where it stands as an exporter. */
  readonly from: readonly Pipeline[];
  /** It reads in front of every step rather than behind the last. */
  readonly readsFirst: boolean;
  /** Where it stands as a receiver. */
  readonly to: readonly Pipeline[];
}

export interface GraphPlan {
  readonly pipelines: readonly PipelinePlan[];
  readonly connectors: readonly ConnectorPlan[];
  /** What a person should know about how it runs. */
  readonly notes: readonly string[];
}

/** How a configuration runs. With `isStrict` in the order of the file; otherwise metrics are made in front of samplers. */
export function planGraph(config: Config, catalogue: Catalogue, isStrict: boolean): GraphPlan {
  const notes: string[] = [];
  const connectors = planConnectors(config, isStrict);
  const pipelines = config.pipelines.map((pipeline) => {
    const isMetered = connectors.some(({ from, readsFirst }) => readsFirst && from.includes(pipeline));
    return planPipeline(config, catalogue, pipeline, isMetered);
  });
  for (const { pipeline, steps } of pipelines) {
    const behind = steps.map(({ id }) => `"${id}"`).join(", ");
    for (const { connector, from, readsFirst } of connectors) {
      if (!readsFirst || !from.includes(pipeline) || behind === "") continue;
      notes.push(
        `connector "${connector.id}" reads pipeline "${pipeline.id}" in front of ${behind}: its metrics count every span (--strict has them count what is left)`,
      );
    }
  }
  return { pipelines, connectors, notes };
}

function planPipeline(config: Config, catalogue: Catalogue, pipeline: Pipeline, isMetered: boolean): PipelinePlan {
  const prefix: ConfiguredComponent[] = [];
  const steps: { id: string; processor: ConfiguredComponent | undefined; behind: ConfiguredComponent[] }[] = [];
  let batching: Batching | undefined;
  for (const id of pipeline.processors) {
    const processor = config.components.processors.get(id)!;
    const entry = catalogue.entryOf(processor.component);
    if (entry.role === "batching") batching = entry.batchingOf(processor.config);
    else if (entry.role === "stateful") steps.push({ id, processor, behind: [] });
    else if (entry.role === "stateless" && entry.samples && isMetered && steps.length === 0) {
      steps.push({ id, processor: undefined, behind: [processor] });
    } else (steps.at(-1)?.behind ?? prefix).push(processor);
  }
  const exporters = pipeline.exporters.flatMap((id) => config.components.exporters.get(id) ?? []);
  return { pipeline, prefix, steps, batching, exporters };
}

function planConnectors({ components, pipelines }: Config, isStrict: boolean): ConnectorPlan[] {
  return [...components.connectors.values()].flatMap((connector) => {
    const { id, component } = connector;
    return component.signals.flatMap((signal): ConnectorPlan[] => {
      const gives = component.gives?.[signal] ?? [];
      const from = pipelines.filter((one) => one.signal === signal && one.exporters.includes(id));
      const to = pipelines.filter((one) => one.receivers.includes(id) && gives.includes(one.signal));
      if (from.length === 0 || to.length === 0) return [];
      const readsFirst =
        !isStrict && signal === "traces" && gives.length > 0 && gives.every((one) => one === "metrics");
      return [{ connector, signal, from, readsFirst, to }];
    });
  });
}
