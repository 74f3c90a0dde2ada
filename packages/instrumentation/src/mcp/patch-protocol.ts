import { context as contextApi, trace } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import { replaceMethod } from "../core/observe-stream.ts";
import type { Operation } from "../core/operation.ts";
import { integerOf, isObject, objectOf, stringOf } from "../core/read.ts";
import { getTool, isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import {
  endWithError,
  endWithResult,
  isMcpRequest,
  type McpRequest,
  type McpSession,
  startMcpRequest,
} from "./mcp-request.ts";
import { peerOf, sessionOf } from "./peer.ts";
import { contextOfMeta, withTraceMeta } from "./trace-meta.ts";

/** What is remembered of a client or server between its requests. */
interface SessionState {
  readonly side: "client" | "server";
  readonly startMs: number;
  readonly transport: unknown;
  protocolVersion: string | undefined;
}

interface Pending {
  readonly operation: Operation;
  readonly request: McpRequest;
}

/**
 * Wraps what every client and server of the SDK goes through: its `Protocol` class. Requests that are sent get a span and the trace's context in `_meta`;
 * requests that arrive get one below it, in which their handler runs. Gives back what undoes it.
 */
export function patchProtocol(prototype: unknown, telemetry: Telemetry): () => void {
  const sessions = new WeakMap<object, SessionState>();
  /** Requests that are being answered, by the transport they came by and their id. */
  const answering = new WeakMap<object, Map<unknown, Pending>>();

  const describe = (protocol: object): McpSession => {
    const transport = transportOf(protocol);
    return {
      peer: peerOf(transport),
      sessionId: sessionOf(transport),
      protocolVersion: sessions.get(protocol)?.protocolVersion,
    };
  };

  /** A session begins with its first request, and with the version that is agreed on in it. */
  const remember = (protocol: object, side: "client" | "server", request: McpRequest, result?: unknown): void => {
    const known = sessions.get(protocol);
    const transport = transportOf(protocol);
    const state =
      known?.transport === transport && known !== undefined
        ? known
        : { side, startMs: performance.now(), transport, protocolVersion: undefined };
    sessions.set(protocol, state);
    const version = request.method === "initialize" ? stringOf(objectOf(result)["protocolVersion"]) : undefined;
    if (version !== undefined) state.protocolVersion = version;
  };

  /** Calls the SDK's own sending with the request that carries the trace, and watches what comes of it. */
  const send = (protocol: object, request: McpRequest, run: (request: McpRequest) => unknown): unknown => {
    const active = contextApi.active();
    if (isRecordedElsewhere(active)) return run(request);
    const operation = guard("starting an MCP request", () => {
      remember(protocol, "client", request);
      const tool = getTool(active);
      const isTold = tool !== undefined && tool.span === trace.getSpan(active) && isCallOf(request, tool.name);
      const where = { parent: active, ...(isTold ? { on: tool.span } : {}) };
      // the id that the SDK is about to give it
      const id = integerOf((protocol as Record<string, unknown>)["_requestMessageId"]);
      return startMcpRequest(telemetry, "client", { ...request, id }, describe(protocol), where);
    });
    if (operation === undefined) return run(request);
    const carried = guard("passing on the trace", () => withTraceMeta(request, operation.context)) ?? request;
    let answer: unknown;
    try {
      answer = contextApi.with(operation.context, () => run(carried));
    } catch (error) {
      endWithError(operation, error);
      throw error;
    }
    if (!(answer instanceof Promise)) {
      operation.end();
      return answer;
    }
    // a promise of its own, so that a rejection nobody handles stays one
    return answer.then(
      (result: unknown) => {
        guard("reading an MCP result", () => {
          remember(protocol, "client", request, result);
          endWithResult(operation, request, result);
        });
        return result;
      },
      (error: unknown) => {
        guard("reading an MCP error", () => endWithError(operation, error));
        throw error;
      },
    );
  };

  /** Answers are seen where they leave: whichever way they come about, they carry the request's id. */
  const watchAnswers = (protocol: object, transport: object): Map<unknown, Pending> => {
    const known = answering.get(transport);
    if (known !== undefined) return known;
    const pending = new Map<unknown, Pending>();
    answering.set(transport, pending);
    replaceMethod(
      transport,
      "send",
      (original) =>
        function (...parameters) {
          guard("reading an MCP answer", () => {
            const [message] = parameters;
            if (!isObject(message) || "method" in message) return;
            const found = pending.get(message["id"]);
            if (found === undefined) return;
            pending.delete(message["id"]);
            if ("error" in message) endWithError(found.operation, message["error"]);
            else {
              remember(protocol, "server", found.request, message["result"]);
              endWithResult(found.operation, found.request, message["result"]);
            }
          });
          return Reflect.apply(original, this, parameters);
        },
    );
    return pending;
  };

  const receive = (protocol: object, request: McpRequest, run: () => unknown): unknown => {
    const transport = transportOf(protocol);
    const active = contextApi.active();
    if (!isObject(transport)) return run();
    const operation = guard("starting to answer an MCP request", () => {
      remember(protocol, "server", request);
      const carried = contextOfMeta(request, active);
      const ambient = trace.getSpanContext(active);
      const links = carried === undefined || ambient === undefined ? {} : { links: [{ context: ambient }] };
      const where = { parent: carried ?? active, ...links };
      const started = startMcpRequest(telemetry, "server", request, describe(protocol), where);
      watchAnswers(protocol, transport).set(request.id, { operation: started, request });
      return started;
    });
    return operation === undefined ? run() : contextApi.with(operation.context, run);
  };

  const cancel = (protocol: object, id: unknown): void => {
    const transport = transportOf(protocol);
    const pending = isObject(transport) ? answering.get(transport) : undefined;
    pending?.get(id)?.operation.endAsFailure("cancelled", "");
    pending?.delete(id);
  };

  const close = (protocol: object): void => {
    const state = sessions.get(protocol);
    if (state === undefined) return;
    sessions.delete(protocol);
    if (isObject(state.transport)) {
      const pending = answering.get(state.transport);
      for (const { operation } of pending?.values() ?? []) operation.endAsFailure("connection_closed", "");
      pending?.clear();
    }
    if (!telemetry.measures) return;
    const { "server.address": _address, "server.port": _port, ...network } = peerOf(state.transport);
    const version = state.protocolVersion === undefined ? {} : { "mcp.protocol.version": state.protocolVersion };
    telemetry.measure(`mcp.${state.side}.session.duration`, (performance.now() - state.startMs) / 1000, {
      ...(network as Record<string, string>),
      ...version,
    });
  };

  // version 2 has one way out for requests, which takes a codec first; version 1 has `request`
  const funnel =
    isObject(prototype) && "_requestWithSchemaViaCodec" in prototype ? "_requestWithSchemaViaCodec" : "request";
  const at = funnel === "request" ? 0 : 1;
  const undo = [
    wrapMethod(
      prototype,
      funnel,
      (original) =>
        function (...parameters) {
          const request = parameters[at];
          if (!isMcpRequest(request)) return Reflect.apply(original, this, parameters);
          return send(this as object, request, (carried) =>
            Reflect.apply(original, this, parameters.with(at, carried)),
          );
        },
    ),
    wrapMethod(
      prototype,
      "_onrequest",
      (original) =>
        function (...parameters) {
          const [request] = parameters;
          if (!isMcpRequest(request)) return Reflect.apply(original, this, parameters);
          return receive(this as object, request, () => Reflect.apply(original, this, parameters));
        },
    ),
    wrapMethod(
      prototype,
      "_onnotification",
      (original) =>
        function (...parameters) {
          guard("reading an MCP notification", () => {
            const [message] = parameters;
            if (!isMcpRequest(message) || message.method !== "notifications/cancelled") return;
            cancel(this as object, objectOf(message.params)["requestId"]);
          });
          return Reflect.apply(original, this, parameters);
        },
    ),
    wrapMethod(
      prototype,
      "_onclose",
      (original) =>
        function (...parameters) {
          guard("ending an MCP session", () => close(this as object));
          return Reflect.apply(original, this, parameters);
        },
    ),
  ];
  return () => {
    for (const step of undo) step?.();
  };
}

function transportOf(protocol: object): unknown {
  return (protocol as { transport?: unknown }).transport;
}

function isCallOf(request: McpRequest, tool: string): boolean {
  return request.method === "tools/call" && objectOf(request.params)["name"] === tool;
}
