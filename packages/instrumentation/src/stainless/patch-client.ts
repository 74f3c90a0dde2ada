import { type Context, context } from "@opentelemetry/api";
import type { CallStart } from "../core/call-start.ts";
import { guard, reportFailure } from "../core/guard.ts";
import { ModelCall } from "../core/model-call.ts";
import { isObject, type JsonObject, stringOf } from "../core/read.ts";
import { isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { isApiPromise } from "../core/observe-api-promise.ts";
import { watchCall } from "../core/watch-call.ts";
import { watchPromise } from "../core/watch-result.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { bodyOf, type Endpoint } from "./endpoint.ts";

/** Who answers a client's requests, and where. */
export interface Server {
  readonly provider: string;
  readonly address?: string;
  readonly port?: number | undefined;
}

/** What is wrapped of a library made by Stainless: openai, Anthropic, Groq, Together … */
export interface ClientLibrary {
  /** The export that is the client's class, beside the default one. */
  readonly className: string;
  readonly endpoints: readonly Endpoint[];
  /** Asked again only if the client's base URL changed. */
  readonly readServer: (client: JsonObject) => Server;
  /** Told of each call before it is made: by which resource, with which parameters. */
  readonly onCall?: (call: ModelCall, resource: unknown, parameters: readonly unknown[]) => void;
}

type Method = (this: unknown, ...parameters: readonly unknown[]) => unknown;

/**
 * Wraps the endpoints of a loaded library: its namespace, its class or a client. What it has of them is wrapped on the prototypes, so that clients made
 * before are instrumented too. Gives back a function that undoes it.
 */
export function patchClient(module: unknown, telemetry: Telemetry, library: ClientLibrary): () => void {
  const undo: ((() => void) | undefined)[] = [];
  const servers = new WeakMap<object, { readonly baseUrl: unknown; readonly server: Server }>();

  const serverOf = (resource: unknown): Server => {
    const client = isObject(resource) ? resource["_client"] : undefined;
    if (!isObject(client)) return library.readServer({});
    const baseUrl = client["baseURL"];
    const known = servers.get(client);
    if (known !== undefined && known.baseUrl === baseUrl) return known.server;
    const server = library.readServer(client);
    servers.set(client, { baseUrl, server });
    return server;
  };

  for (const endpoint of library.endpoints) {
    for (const prototype of prototypesOf(module, library.className, endpoint.path)) {
      undo.push(
        wrapMethod(prototype, endpoint.method, (original) =>
          watched(original, endpoint, telemetry, serverOf, library.onCall),
        ),
      );
    }
  }
  return () => {
    for (const step of undo) step?.();
  };
}

function watched(
  original: Method,
  endpoint: Endpoint,
  telemetry: Telemetry,
  serverOf: (resource: unknown) => Server,
  onCall: ClientLibrary["onCall"],
): Method {
  const start = (resource: unknown, parameters: readonly unknown[]): ModelCall | undefined => {
    const parent = context.active();
    if (isRecordedElsewhere(parent)) return undefined;
    try {
      return startCall(endpoint, telemetry, serverOf(resource), parameters, parent);
    } catch (error) {
      reportFailure("starting a model call", error);
      return undefined;
    }
  };
  return function (...parameters) {
    const call = start(this, parameters);
    if (call === undefined) return Reflect.apply(original, this, parameters);
    if (onCall !== undefined) guard("preparing a model call", () => onCall(call, this, parameters));
    let result: unknown;
    try {
      result = context.with(call.context, () => Reflect.apply(original, this, parameters));
    } catch (error) {
      call.fail(error);
      throw error;
    }
    // helpers that make several requests are functions of the language, with its own promises
    if (result instanceof Promise && !isApiPromise(result)) return watchPromise(call, result, endpoint);
    try {
      watchCall(call, result, endpoint);
    } catch (error) {
      reportFailure("watching a model call", error);
    }
    return result;
  };
}

function startCall(
  endpoint: Endpoint,
  telemetry: Telemetry,
  server: Server,
  parameters: readonly unknown[],
  parent: Context,
): ModelCall {
  const body = bodyOf(endpoint, parameters);
  const { content } = endpoint;
  const about: CallStart = {
    operation: endpoint.operation,
    provider: server.provider,
    measured: endpoint.measured,
    model: stringOf(body["model"]),
    subject: endpoint.subject?.(body),
    serverAddress: server.address,
    serverPort: server.port,
    attributes: endpoint.request(body, server.provider),
    content: content === undefined ? undefined : () => content(body),
  };
  return new ModelCall(telemetry, about, parent);
}

/** The prototypes at a path, of a class (`OpenAI.Chat.Completions`) or of a client (`client.chat.completions`). */
export function prototypesOf(
  module: unknown,
  className: string,
  path: readonly string[],
): readonly Record<string, unknown>[] {
  const found = new Set<Record<string, unknown>>();
  for (const root of rootsOf(module, className)) {
    const resource = path.reduce<unknown>((at, key) => memberOf(at, key), root);
    if (typeof resource === "function" && isObject(resource.prototype)) found.add(resource.prototype);
    else if (isObject(resource)) found.add(Object.getPrototypeOf(resource));
  }
  return [...found];
}

function rootsOf(module: unknown, className: string): readonly unknown[] {
  const named = memberOf(module, className);
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
