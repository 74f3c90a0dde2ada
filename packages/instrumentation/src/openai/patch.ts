import { context } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import { ModelCall } from "../core/model-call.ts";
import { isObject, stringOf } from "../core/read.ts";
import { isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { watchCall } from "../core/watch-call.ts";
import { bodyOf, type Endpoint, openAiEndpoints } from "./endpoints.ts";
import { readServer, type Server } from "./provider.ts";

export interface OpenAiOptions {
  /** Providers of hosts that the list does not know: `{ "llm.internal:8443": "vllm" }`. */
  readonly hosts?: Readonly<Record<string, string>>;
}

type Method = (this: unknown, ...parameters: readonly unknown[]) => unknown;

/** Marks a wrapped method with the one it wraps: no copy of this package wraps it twice, and it can be given back. */
const originalKey = Symbol.for("genscope.original");

/**
 * Wraps the endpoints of a loaded `openai`: its namespace, its class or a client. What it has of them is wrapped on the prototypes, so that clients made
 * before are instrumented too. Gives back a function that undoes it.
 */
export function patchOpenAi(module: unknown, telemetry: Telemetry, options: OpenAiOptions = {}): () => void {
  const undo: (() => void)[] = [];
  const servers = new WeakMap<object, { readonly baseUrl: unknown; readonly server: Server }>();

  /** A client's server, read again only if its base URL changed. */
  const serverOf = (resource: unknown): Server => {
    const client = isObject(resource) ? resource["_client"] : undefined;
    if (!isObject(client)) return { provider: "openai" };
    const baseUrl = client["baseURL"];
    const known = servers.get(client);
    if (known !== undefined && known.baseUrl === baseUrl) return known.server;
    const read = readServer(baseUrl, options.hosts);
    // an Azure client may sit behind a gateway of any name
    const server =
      "apiVersion" in client && read.provider === "openai" ? { ...read, provider: "azure.ai.openai" } : read;
    servers.set(client, { baseUrl, server });
    return server;
  };

  for (const endpoint of openAiEndpoints) {
    for (const prototype of prototypesOf(module, endpoint.path)) {
      const current = prototype[endpoint.method];
      if (typeof current !== "function" || originalKey in current) continue;
      const wrapped = wrapMethod(current as Method, endpoint, telemetry, serverOf);
      prototype[endpoint.method] = wrapped;
      undo.push(() => {
        if (prototype[endpoint.method] === wrapped) prototype[endpoint.method] = current;
      });
    }
  }
  return () => {
    for (const step of undo) step();
  };
}

function wrapMethod(
  original: Method,
  endpoint: Endpoint,
  telemetry: Telemetry,
  serverOf: (resource: unknown) => Server,
): Method {
  const wrapped: Method = function (...parameters) {
    if (isRecordedElsewhere(context.active())) return Reflect.apply(original, this, parameters);
    const call = guard("starting a model call", () => startCall(endpoint, telemetry, serverOf(this), parameters));
    if (call === undefined) return Reflect.apply(original, this, parameters);
    let result: unknown;
    try {
      result = context.with(call.context, () => Reflect.apply(original, this, parameters));
    } catch (error) {
      call.fail(error);
      throw error;
    }
    const { provider } = call.start;
    guard("watching a model call", () =>
      watchCall(call, result, {
        answer: (value) => endpoint.answer(value, provider),
        ...(endpoint.chunks === undefined ? {} : { chunks: endpoint.chunks }),
      }),
    );
    return result;
  };
  Object.defineProperty(wrapped, originalKey, { value: original });
  Object.defineProperty(wrapped, "name", { value: original.name, configurable: true });
  Object.defineProperty(wrapped, "length", { value: original.length, configurable: true });
  return wrapped;
}

function startCall(
  endpoint: Endpoint,
  telemetry: Telemetry,
  server: Server,
  parameters: readonly unknown[],
): ModelCall {
  const body = bodyOf(endpoint, parameters);
  const { content } = endpoint;
  return new ModelCall(telemetry, {
    operation: endpoint.operation,
    provider: server.provider,
    measured: endpoint.measured,
    model: stringOf(body["model"]),
    serverAddress: server.address,
    serverPort: server.port,
    attributes: endpoint.request(body, server.provider),
    ...(content === undefined ? {} : { content: () => content(body) }),
  });
}

/** The prototypes at a path, of a class (`OpenAI.Chat.Completions`) or of a client (`client.chat.completions`). */
function prototypesOf(module: unknown, path: readonly string[]): readonly Record<string, unknown>[] {
  const found = new Set<Record<string, unknown>>();
  for (const root of rootsOf(module)) {
    const resource = path.reduce<unknown>((at, key) => memberOf(at, key), root);
    if (typeof resource === "function" && isObject(resource.prototype)) found.add(resource.prototype);
    else if (isObject(resource)) found.add(Object.getPrototypeOf(resource));
  }
  return [...found];
}

function rootsOf(module: unknown): readonly unknown[] {
  const named = memberOf(module, "OpenAI");
  return [module, named, memberOf(module, "default")].filter(
    (root) => (typeof root === "function" || isObject(root)) && root !== undefined,
  );
}

function memberOf(holder: unknown, key: string): unknown {
  if ((typeof holder !== "object" || holder === null) && typeof holder !== "function") return undefined;
  const members = holder as unknown as Record<string, unknown>;
  if (typeof holder === "object" && !(key in members)) return members[key.charAt(0).toLowerCase() + key.slice(1)];
  return members[key];
}
