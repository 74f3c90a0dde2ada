import { type ComponentType, signals } from "../components.ts";
import { section } from "../config/fields.ts";
import type { ExporterFactory } from "../graph/stage.ts";

export const nopExporterComponent: ComponentType = { kind: "exporters", type: "nop", signals, config: section({}) };

/** Takes everything and keeps nothing. */
export const createNopExporter: ExporterFactory<object> = async () => ({
  send: async () => ({ rejected: 0, message: "" }),
  [Symbol.asyncDispose]: async () => {},
});
