import type { Signal } from "@genscope/otlp";
import { createIndexer, internalLimits } from "../../graph/index-request.ts";
import { createHandler, type SignalRecord } from "../../graph/relay.ts";
import type { ConnectorFactory } from "../../graph/stage.ts";
import { createErrorReport, handleError } from "../../ottl/index.ts";
import { compileRoute } from "./compile-route.ts";
import type { RoutingConfig } from "./config.ts";
import { ItemRoutes } from "./item-routes.ts";

export { routingComponent } from "./config.ts";

/** Items go where the first route that moves them says, and besides where routes before it copy them; the rest goes to the default pipelines, or nowhere. */
export const createRouting: ConnectorFactory<RoutingConfig> = async (config, context) => {
  const { id, input, outputs, telemetry, warn } = context;
  const byPipeline = new Map(outputs.map(({ pipeline, output }) => [pipeline, output]));
  const named = [...config.default_pipelines, ...config.table.flatMap(({ pipelines }) => pipelines)];
  const unknown = named.find((pipeline) => !byPipeline.has(pipeline));
  if (unknown !== undefined) {
    throw new Error(
      `connector "${id}": pipeline "${unknown}" not found: it must be of the same signal and have "${id}" as a receiver`,
    );
  }
  const mode = config.error_mode ?? "ignore";
  const report = createErrorReport(id, { telemetry, warn });
  const routes = config.table.map((one) => ({ ...one, ...compileRoute(one) }));
  const dropped = telemetry.counter("genscope_connector_unrouted_items", { connector: id });
  const index = createIndexer(internalLimits);

  function routesOf(signal: Signal, payload: Uint8Array): ItemRoutes {
    const items = new ItemRoutes(index(signal, payload));
    for (const { context: about, text, holds, action, pipelines } of routes) {
      const safely: typeof holds = (cursor) => {
        try {
          return holds(cursor);
        } catch (error) {
          handleError(mode, text, error, report);
          return false;
        }
      };
      items.route(about, safely, pipelines, action === "move");
    }
    items.routeRest(config.default_pipelines);
    return items;
  }

  async function handle({ signal, payload, itemCount }: SignalRecord): Promise<void> {
    let items: ItemRoutes;
    try {
      items = routesOf(signal, payload);
    } catch (error) {
      // with errors propagated the Collector refuses the batch; its sender has long been answered here
      dropped.add(itemCount);
      report("route", error instanceof Error ? error : new Error(String(error)));
      return;
    }
    dropped.add(items.unrouted);
    const parts = [...byPipeline].map(([pipeline, output]) => ({ output, part: items.requestFor(pipeline, payload) }));
    for (const { output, part } of parts)
      if (part !== undefined) await output.append(signal, part.request, part.itemCount);
  }

  return createHandler(
    input,
    outputs.map(({ output }) => output),
    handle,
  );
};
