import { createHandler, type SignalRecord } from "../../graph/relay.ts";
import type { ConnectorFactory } from "../../graph/stage.ts";
import { createErrorReport } from "../../ottl/index.ts";
import type { RoutingConfig } from "./config.ts";
import type { ItemRoutes } from "./item-routes.ts";
import { createRouter } from "./router.ts";

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
  const report = createErrorReport(id, { telemetry, warn });
  const routesOf = createRouter(config, report);
  const dropped = telemetry.counter("genscope_connector_unrouted_items", { connector: id });

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
