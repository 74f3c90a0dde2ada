import { ModelCall } from "../core/model-call.ts";
import { isObject, type JsonObject, objectOf, stringOf } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { predictionFormat } from "../formats/replicate.ts";
import { readServer } from "../openai/provider.ts";

/** Starts the call of a prediction of a model, as one writes it: `owner/name`, with a version or not. */
export function startPrediction(
  telemetry: Telemetry,
  client: unknown,
  model: string | undefined,
  body: JsonObject,
  streamed = false,
): ModelCall {
  const { operation, measured, request, content } = predictionFormat;
  return new ModelCall(telemetry, {
    operation,
    measured,
    provider: "replicate",
    model,
    ...addressOf(client),
    attributes: { ...request(body, "replicate"), ...(streamed ? { "gen_ai.request.stream": true } : {}) },
    ...(content === undefined ? {} : { content: () => content(body) }),
  });
}

/** Starts the call that waits for a prediction; `undefined` if it is over, as nothing is asked then. */
export function startWait(telemetry: Telemetry, client: unknown, prediction: unknown): ModelCall | undefined {
  const { id, status } = objectOf(prediction);
  if (typeof id !== "string" || ["succeeded", "failed", "canceled"].includes(String(status))) return undefined;
  return new ModelCall(telemetry, {
    operation: "fetch_response",
    measured: "other",
    provider: "replicate",
    ...addressOf(client),
    attributes: { "gen_ai.response.id": id },
  });
}

function addressOf(client: unknown): { readonly serverAddress?: string; readonly serverPort?: number } {
  const { address, port } = readServer(isObject(client) ? client["baseUrl"] : undefined);
  return {
    ...(address === undefined ? {} : { serverAddress: address }),
    ...(port === undefined ? {} : { serverPort: port }),
  };
}

const createRoute = /^\/?(?:predictions|(?:models|deployments)\/([^/]+\/[^/]+)\/predictions)$/u;

/** The model of a request that makes a prediction, `undefined` if it makes none. */
export function createdModel(route: unknown, options: JsonObject): { readonly model: string | undefined } | undefined {
  const match = options["method"] === "POST" && typeof route === "string" ? createRoute.exec(route) : null;
  return match === null ? undefined : { model: match[1] ?? stringOf(objectOf(options["data"])["version"]) };
}
