import { type ComponentType, signals } from "../components.ts";
import { section } from "../config/fields.ts";
import type { ReceiverFactory } from "./receiver.ts";

export const nopReceiverComponent: ComponentType = { kind: "receivers", type: "nop", signals, config: section({}) };

/** Receives nothing: for pipelines that are being worked on. */
export const createNopReceiver: ReceiverFactory<object> = async () => ({
  endpoints: [],
  [Symbol.asyncDispose]: async () => {},
});
