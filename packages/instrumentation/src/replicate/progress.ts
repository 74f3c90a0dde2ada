import { createContextKey } from "@opentelemetry/api";

/** Where the requests of a `run`, `stream` or `wait` leave the prediction, of which these give back the output alone. */
export interface Progress {
  prediction: unknown;
}

export const progressKey = createContextKey("genscope.replicate-progress");
