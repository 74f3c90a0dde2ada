import { type Context, SpanKind } from "@opentelemetry/api";
import { Operation } from "../core/operation.ts";
import { isObject, type JsonObject, parsedOf, stringOf } from "../core/read.ts";
import { setAgent, setTool } from "../core/run-context.ts";
import { toolStart } from "../core/tool-start.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { askedContent } from "./ai-messages.ts";

/** Something under way, and the context of what it does. */
export interface Started {
  readonly operation: Operation;
  readonly context: Context;
}

/** A loop that may call tools. `about`: an event that tells of its start. */
export function startAgent(telemetry: Telemetry, parent: Context, about: JsonObject): Started {
  const name = stringOf(about["functionId"]);
  const subject = name === undefined ? {} : { "gen_ai.agent.name": name };
  const operation = new Operation(telemetry, {
    name: name === undefined ? "invoke_agent" : `invoke_agent ${name}`,
    kind: SpanKind.INTERNAL,
    attributes: {
      "gen_ai.operation.name": "invoke_agent",
      ...subject,
      "gen_ai.request.model": stringOf(about["modelId"]),
    },
    parent,
    content: () => ({ ...askedContent(about) }),
    duration: { metric: "gen_ai.invoke_agent.duration", attributes: () => subject },
  });
  return { operation, context: setAgent(operation.context, { name, inferenceCalls: 0, toolCalls: 0 }) };
}

/** `call`: `toolName`, `toolCallId` and `input`. */
export function startTool(telemetry: Telemetry, parent: Context, call: JsonObject): Started {
  const name = stringOf(call["toolName"]) ?? "tool";
  const run = {
    name,
    callId: stringOf(call["toolCallId"]),
    input: () => asObject(parsedOf(call["input"]), "input"),
  };
  const operation = new Operation(telemetry, toolStart(run, parent));
  return { operation, context: setTool(operation.context, { span: operation.span, name }) };
}

/** Arguments and results are objects by the conventions' schema. */
export function asObject(value: unknown, key: string): unknown {
  return value === undefined || isObject(value) ? value : { [key]: value };
}
