import { context } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import type { CallStart } from "../core/call-start.ts";
import { ModelCall } from "../core/model-call.ts";
import { isObject, objectOf, stringOf } from "../core/read.ts";
import { isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { watchPromise, watchValue } from "../core/watch-result.ts";
import { type BedrockCall, bedrockCommands } from "./commands.ts";
import { knownServer, learnServer } from "./server.ts";

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
type Method = (this: object, ...parameters: readonly unknown[]) => unknown;

/** Marks a wrapped method, so that no copy of this package wraps it twice. */
const originalKey = Symbol.for("genscope.original");

/** Wraps `send` of a loaded package (its namespace, its client's class or a client). Gives back a function that undoes it. */
export function patchBedrock(module: unknown, telemetry: Telemetry): () => void {
  const prototype = prototypeOf(module);
  const current = prototype?.["send"];
  if (prototype === undefined || typeof current !== "function" || originalKey in current) return () => {};
  const original = current as Method;
  const commands = isObject(module) ? module : {};
  const wrapped: Method = function (...parameters) {
    const made = isRecordedElsewhere(context.active())
      ? undefined
      : guard("starting a model call", () => startCall(telemetry, this, parameters[0], commands));
    if (made === undefined) return Reflect.apply(original, this, parameters);
    return send(made.call, made.command, original, this, parameters);
  };
  Object.defineProperty(wrapped, originalKey, { value: original });
  for (const key of ["name", "length"] as const) {
    Object.defineProperty(wrapped, key, { value: original[key], configurable: true });
  }
  // `send` is the base class's, which clients of other services share: it is covered here, not replaced there
  const own = Object.getOwnPropertyDescriptor(prototype, "send");
  Object.defineProperty(prototype, "send", { value: wrapped, writable: true, configurable: true, enumerable: false });
  return () => {
    if (prototype["send"] !== wrapped) return;
    if (own === undefined) delete prototype["send"];
    else Object.defineProperty(prototype, "send", own);
  };
}

function send(
  call: ModelCall,
  { reader }: BedrockCall,
  original: Method,
  client: object,
  parameters: readonly unknown[],
): unknown {
  const callbackAt = parameters.findIndex((parameter) => typeof parameter === "function");
  const given = [...parameters];
  if (callbackAt >= 0) {
    const callback = parameters[callbackAt] as Method;
    given[callbackAt] = function (this: object, error: unknown, value: unknown): unknown {
      if (error === null || error === undefined) watchValue(call, value, reader);
      else call.fail(error);
      return Reflect.apply(callback, this, [error, value]);
    };
  }
  try {
    const result = context.with(call.context, () => Reflect.apply(original, client, given));
    return result instanceof Promise ? watchPromise(call, result, reader) : result;
  } catch (error) {
    call.fail(error);
    throw error;
  }
}

function startCall(
  telemetry: Telemetry,
  client: object,
  command: unknown,
  commands: Readonly<Record<string, unknown>>,
): { readonly call: ModelCall; readonly command: BedrockCall } | undefined {
  const read = bedrockCommands[commandName(command, commands) ?? ""];
  if (read === undefined || !isObject(command)) return undefined;
  const input = objectOf(command["input"]);
  const described = read(input);
  const server = knownServer(client);
  const { operation, measured, attributes, content } = described;
  const start: Writable<CallStart> = {
    operation,
    provider: "aws.bedrock",
    measured,
    model: stringOf(input["modelId"]),
    serverAddress: server?.address,
    serverPort: server?.port,
    attributes,
    content,
  };
  const call = new ModelCall(telemetry, start);
  if (server === undefined) void addServer(call, start, client);
  return { call, command: described };
}

/** A client's first call begins before it is known where it goes to. */
async function addServer(call: ModelCall, start: Writable<CallStart>, client: object): Promise<void> {
  const server = await learnServer(client);
  if (server === undefined || call.ended) return;
  start.serverAddress = server.address;
  start.serverPort = server.port;
  call.span.setAttributes({ "server.address": server.address, "server.port": server.port });
}

/** By the package's own classes, because a bundler may have renamed them; else by the name. */
function commandName(command: unknown, commands: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof command !== "object" || command === null) return undefined;
  const { constructor } = command;
  return Object.keys(bedrockCommands).find((name) => commands[name] === constructor) ?? constructor.name;
}

function prototypeOf(module: unknown): Record<string, unknown> | undefined {
  const holder = isObject(module) ? (module["BedrockRuntimeClient"] ?? module) : module;
  if (typeof holder === "function") return holder.prototype as Record<string, unknown>;
  if (!isObject(holder) || !("config" in holder)) return undefined;
  // of a client of the aggregated class: the class below it
  const prototype = Object.getPrototypeOf(holder) as Record<string, unknown>;
  return "converse" in prototype ? (Object.getPrototypeOf(prototype) as Record<string, unknown>) : prototype;
}
