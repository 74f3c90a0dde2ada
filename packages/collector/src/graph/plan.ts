import type { Catalogue } from "../catalogue.ts";
import type { PipelineSignal } from "../components.ts";
import type { Config, ConfiguredComponent, Pipeline } from "../config/parse-config.ts";
import type { Batching } from "./delivery.ts";
import type { JournalReaders } from "./readers.ts";

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

/** Where a connector that several pipelines feed has its input: a journal of its own. */
export function isJoined({ from }: ConnectorPlan): boolean {
  return from.length > 1;
}

/** Ids under which a connector reads and writes; `joined` where a pipeline hands it over to the connector's own journal. */
export function connectorIds({ connector, signal }: ConnectorPlan): {
  readonly dir: string;
  readonly writer: string;
  readonly joined: (pipeline: Pipeline) => string;
} {
  const id = `${connector.id}.${signal}`;
  return { dir: id, writer: id, joined: (pipeline) => `${pipeline.id}.${connector.id}` };
}

/** Who reads and writes the journals of a pipeline, from the first to the last. */
export function readersOfPipeline(plan: GraphPlan, { pipeline, steps, exporters }: PipelinePlan): JournalReaders[] {
  const journals = [...steps, undefined].map((step, index) => ({
    readers: step === undefined ? exporters.map(({ id }) => id) : [step.id],
    writers: index === 0 ? [] : [steps[index - 1]!.id],
  }));
  for (const one of plan.connectors) {
    if (one.from.includes(pipeline)) (one.readsFirst ? journals[0]! : journals.at(-1)!).readers.push(one.connector.id);
    if (one.to.includes(pipeline)) journals[0]!.writers.push(connectorIds(one).writer);
  }
  return journals;
}

/**
 * How a configuration runs. With `isStrict` in the order of the file; otherwise metrics are made in front of samplers. Masking is in front of everything
 * that writes, either way.
 */
export function planGraph(config: Config, catalogue: Catalogue, isStrict: boolean): GraphPlan {
  const notes: string[] = [];
  const connectors = planConnectors(config, isStrict);
  const pipelines = config.pipelines.map((pipeline) => {
    const isMetered = connectors.some(({ from, readsFirst }) => readsFirst && from.includes(pipeline));
    return planPipeline(config, catalogue, pipeline, isMetered, notes);
  });
  for (const { pipeline, steps } of pipelines) {
    for (const { connector, from, readsFirst } of connectors) {
      if (!readsFirst || !from.includes(pipeline) || steps.length === 0) continue;
      notes.push(
        `connector "${connector.id}" reads pipeline "${pipeline.id}" in front of ${namesOf(steps)}: its metrics count every span (--strict has them count what is left)`,
      );
    }
  }
  return { pipelines, connectors, notes };
}

function namesOf(steps: readonly { readonly id: string }[]): string {
  return steps.map(({ id }) => `"${id}"`).join(", ");
}

function planPipeline(
  config: Config,
  catalogue: Catalogue,
  pipeline: Pipeline,
  isMetered: boolean,
  notes: string[],
): PipelinePlan {
  const prefix: ConfiguredComponent[] = [];
  const steps: { id: string; processor: ConfiguredComponent | undefined; behind: ConfiguredComponent[] }[] = [];
  let batching: Batching | undefined;
  for (const id of pipeline.processors) {
    const processor = config.components.processors.get(id)!;
    const entry = catalogue.entryOf(processor.component);
    if (entry.role === "batching") batching = entry.batchingOf(processor.config);
    else if (entry.role === "stateful") steps.push({ id, processor, behind: [] });
    else if (entry.role === "stateless" && entry.masks === "first") {
      prefix.push(processor);
      if (steps.length > 0) notes.push(`"${id}" runs in front of ${namesOf(steps)} in pipeline "${pipeline.id}"`);
    } else if (entry.role === "stateless" && entry.samples && isMetered && steps.length === 0) {
      steps.push({ id, processor: undefined, behind: [processor] });
    } else {
      (steps.at(-1)?.behind ?? prefix).push(processor);
      if (entry.role !== "stateless" || entry.masks === false || steps.length === 0) continue;
      notes.push(
        `pipeline "${pipeline.id}" writes to disk, in front of ${namesOf(steps)}, what "${id}" takes out: put it first among the processors`,
      );
    }
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
