import { type Kind, kindNames, type PipelineSignal } from "../components.ts";
import { didYouMean } from "./did-you-mean.ts";
import type { Config, ConfiguredComponent, Pipeline } from "./parse-config.ts";
import type { Problems } from "./problems.ts";

const parts = ["receivers", "processors", "exporters"] as const;
type Part = (typeof parts)[number];

/** Adds what is wrong between the pipelines and the components they name. */
export function checkGraph(config: Config, problems: Problems): void {
  for (const pipeline of config.pipelines) checkPipeline(config, pipeline, problems);
  for (const connector of config.components.connectors.values()) checkConnector(config, connector, problems);
  const cycle = findCycle(config);
  if (cycle !== undefined) problems.add(["connectors"], `cycle detected: ${cycle.join(" -> ")}`);
}

function checkPipeline(config: Config, pipeline: Pipeline, problems: Problems): void {
  const where = `service::pipelines::${pipeline.id}`;
  const path = ["service", "pipelines", pipeline.id];
  for (const part of ["receivers", "exporters"] as const) {
    if (pipeline[part].length === 0) problems.add(path, `${where}: must have at least one ${kindNames[part]}`);
  }
  for (const part of parts) {
    const seen = new Set<string>();
    for (const [index, id] of pipeline[part].entries()) {
      const here = [...path, part, index];
      if (seen.has(id)) problems.add(here, `${where}: references ${kindNames[part]} "${id}" multiple times`);
      seen.add(id);
      const found = componentFor(config, part, id);
      if (found === undefined) {
        const known = [
          ...config.components[part].keys(),
          ...(part === "processors" ? [] : config.components.connectors.keys()),
        ];
        problems.add(
          here,
          `${where}: references ${kindNames[part]} "${id}" which is not configured`,
          didYouMean(id, known) ?? elsewhere(config, part, id),
        );
      } else if (!supports(found, part, pipeline.signal)) {
        problems.add(here, `${where}: ${kindNames[found.component.kind]} "${id}" does not support ${pipeline.signal}`);
      }
    }
  }
}

/** An id that is there, under another heading. */
function elsewhere({ components }: Config, part: Part, id: string): string | undefined {
  const kind = (Object.keys(components) as Kind[]).find((one) => one !== part && components[one].has(id));
  return kind === undefined ? undefined : `"${id}" is configured under ${kind}`;
}

/** A connector stands where an exporter or a receiver may. */
function componentFor({ components }: Config, part: Part, id: string): ConfiguredComponent | undefined {
  return components[part].get(id) ?? (part === "processors" ? undefined : components.connectors.get(id));
}

function supports({ component }: ConfiguredComponent, part: Part, signal: PipelineSignal): boolean {
  if (component.kind !== "connectors" || part === "exporters") return component.signals.includes(signal);
  return Object.values(component.gives ?? {}).some((given) => given.includes(signal));
}

function listed(pipelines: readonly Pipeline[]): string {
  return `[${pipelines.map(({ id }) => id).join(" ")}]`;
}

function checkConnector({ pipelines }: Config, { id, component }: ConfiguredComponent, problems: Problems): void {
  const asExporter = pipelines.filter(({ exporters }) => exporters.includes(id));
  const asReceiver = pipelines.filter(({ receivers }) => receivers.includes(id));
  const fits = (from: Pipeline, to: Pipeline): boolean => component.gives?.[from.signal]?.includes(to.signal) ?? false;
  const alone = asExporter.filter((from) => !asReceiver.some((to) => fits(from, to)));
  if (alone.length > 0) {
    problems.add(
      ["connectors", id],
      `connector "${id}" used as exporter in ${listed(alone)} pipeline but not used in any supported receiver pipeline`,
    );
  }
  const unfed = asReceiver.filter((to) => !asExporter.some((from) => fits(from, to)));
  if (unfed.length > 0) {
    problems.add(
      ["connectors", id],
      `connector "${id}" used as receiver in ${listed(unfed)} pipeline but not used in any supported exporter pipeline`,
    );
  }
}

/** A way from a pipeline through connectors back to itself, as the Collector tells it. */
function findCycle({ pipelines, components }: Config): readonly string[] | undefined {
  const done = new Set<string>();
  const walk = (pipeline: Pipeline, way: readonly string[]): readonly string[] | undefined => {
    const name = `pipeline "${pipeline.id}"`;
    const before = way.indexOf(name);
    if (before !== -1) return rotated(way.slice(before));
    if (done.has(pipeline.id)) return undefined;
    for (const id of pipeline.exporters) {
      if (!components.connectors.has(id)) continue;
      for (const next of pipelines.filter(({ receivers }) => receivers.includes(id))) {
        const found = walk(next, [...way, name, `connector "${id}" (${pipeline.signal} to ${next.signal})`]);
        if (found !== undefined) return found;
      }
    }
    done.add(pipeline.id);
    return undefined;
  };
  for (const pipeline of pipelines) {
    const found = walk(pipeline, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Begins and ends with a connector. */
function rotated(cycle: readonly string[]): readonly string[] {
  const [first, ...rest] = cycle;
  const connectorFirst = [...rest, first!];
  return [...connectorFirst, connectorFirst[0]!];
}
