import type { GenAiAttributes } from "@genscope/semconv/genai";
import type { CallContent } from "../core/call-events.ts";
import type { MeasuredKind } from "../core/call-metrics.ts";
import type { Answer, ModelCall } from "../core/model-call.ts";
import { isObject, type JsonObject } from "../core/read.ts";
import type { ChunkReader } from "../core/watch-call.ts";

/** One method of the client that calls a model: where it is, what it does, and how to read what goes in and comes out. */
export interface Endpoint {
  /** From the client's class to the resource's class, then the method. */
  readonly path: readonly string[];
  readonly method: string;
  readonly operation: string;
  readonly measured: MeasuredKind;
  /** The request's body from the method's arguments; the first argument unless said. */
  readonly body?: (parameters: readonly unknown[]) => JsonObject;
  readonly request: (body: JsonObject, provider: string) => GenAiAttributes;
  readonly content?: (body: JsonObject) => CallContent;
  readonly answer: (value: unknown, provider: string) => Answer;
  readonly chunks?: (call: ModelCall) => ChunkReader;
}

/** The request's body: the first argument, unless the endpoint has another view. */
export function bodyOf(endpoint: Endpoint, parameters: readonly unknown[]): JsonObject {
  if (endpoint.body !== undefined) return endpoint.body(parameters);
  return isObject(parameters[0]) ? parameters[0] : {};
}
