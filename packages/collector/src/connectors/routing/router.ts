import type { Signal } from "@genscope/otlp";
import { createIndexer, internalLimits } from "../../graph/index-request.ts";
import { type Cursor, type OnError, handleError } from "../../ottl/index.ts";
import { compileRoute } from "./compile-route.ts";
import type { RoutingConfig } from "./config.ts";
import { ItemRoutes } from "./item-routes.ts";

/** Finds where the items of a request go. Throws what a condition throws if errors are propagated; otherwise it is told, and does not hold. */
export function createRouter(
  config: RoutingConfig,
  report: OnError,
): (signal: Signal, payload: Uint8Array) => ItemRoutes {
  const mode = config.error_mode ?? "ignore";
  const routes = config.table.map((one) => ({ ...one, ...compileRoute(one) }));
  const index = createIndexer(internalLimits);
  return (signal, payload) => {
    const items = new ItemRoutes(index(signal, payload));
    for (const { context: about, text, holds, action, pipelines } of routes) {
      const safely = (cursor: Cursor): boolean => {
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
  };
}
