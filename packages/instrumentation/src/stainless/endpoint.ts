import { isObject, type JsonObject } from "../core/read.ts";
import type { ModelFormat } from "../formats/model-format.ts";

/** One method of the client that calls a model: where it is, what it does, and how to read what goes in and comes out. */
export interface Endpoint extends ModelFormat {
  /** From the client's class to the resource's class, then the method. */
  readonly path: readonly string[];
  readonly method: string;
  /** The request's body from the method's arguments; the first argument unless said. */
  readonly body?: (parameters: readonly unknown[]) => JsonObject;
}

/** The request's body: the first argument, unless the endpoint has another view. */
export function bodyOf(endpoint: Endpoint, parameters: readonly unknown[]): JsonObject {
  if (endpoint.body !== undefined) return endpoint.body(parameters);
  return isObject(parameters[0]) ? parameters[0] : {};
}
