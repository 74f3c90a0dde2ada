import { isObject, type JsonObject, parsedOf } from "../core/read.ts";
import { openAiEndpoints } from "../openai/endpoints.ts";
import type { Endpoint } from "../stainless/endpoint.ts";

/** A request to a model, recognized by what it looks like. */
export interface ModelRequest {
  readonly endpoint: Endpoint;
  readonly url: URL;
  readonly body: JsonObject;
}

/** The end of a URL's path, the resource of `openai` that makes such requests, and what a body must have to be one. */
const formats: readonly {
  readonly path: RegExp;
  readonly resource: readonly string[];
  readonly method: string;
  readonly needs: readonly string[];
}[] = [
  { path: /\/chat\/completions$/u, resource: ["Chat", "Completions"], method: "create", needs: ["messages"] },
  { path: /\/v\d+\/completions$/u, resource: ["Completions"], method: "create", needs: ["model", "prompt"] },
  { path: /\/responses$/u, resource: ["Responses"], method: "create", needs: ["model", "input"] },
  { path: /\/embeddings$/u, resource: ["Embeddings"], method: "create", needs: ["input"] },
  { path: /\/images\/generations$/u, resource: ["Images"], method: "generate", needs: ["prompt"] },
  { path: /\/moderations$/u, resource: ["Moderations"], method: "create", needs: ["input"] },
];

const text = new TextDecoder();

/**
 * The model request in what `fetch` is called with, or nothing. A body that can be read only once (a stream, a `Request`'s) is not read: such a request is
 * not recognized.
 */
export function matchRequest(input: unknown, init: unknown): ModelRequest | undefined {
  const options: JsonObject = isObject(init) ? init : {};
  const { method } = options;
  if (typeof method !== "string" || method.toUpperCase() !== "POST") return undefined;
  const href = typeof input === "string" || input instanceof URL ? String(input) : undefined;
  if (href === undefined || !URL.canParse(href)) return undefined;
  const url = new URL(href);
  const format = formats.find(({ path }) => path.test(url.pathname));
  if (format === undefined) return undefined;
  const body = bodyOf(options["body"]);
  if (body === undefined || format.needs.some((key) => body[key] === undefined)) return undefined;
  const endpoint = openAiEndpoints.find(
    ({ path, method: name }) => name === format.method && path.join() === format.resource.join(),
  );
  return endpoint === undefined ? undefined : { endpoint, url, body };
}

function bodyOf(body: unknown): JsonObject | undefined {
  const json = body instanceof Uint8Array ? text.decode(body) : body;
  if (typeof json !== "string") return undefined;
  const value = parsedOf(json);
  return isObject(value) ? value : undefined;
}
