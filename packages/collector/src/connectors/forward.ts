import { type ComponentType, signals } from "../components.ts";
import { section } from "../config/fields.ts";
import { createRelay } from "../graph/relay.ts";
import type { ConnectorFactory } from "../graph/stage.ts";

export const forwardComponent: ComponentType = {
  kind: "connectors",
  type: "forward",
  signals,
  gives: { traces: ["traces"], metrics: ["metrics"], logs: ["logs"] },
  config: section({}),
};

/** Joins pipelines of one signal: what one puts out the others take in. */
export const createForward: ConnectorFactory<object> = async (_config, { input, outputs }) =>
  createRelay(
    input,
    outputs.map(({ output }) => output),
  );
