import { context as contextApi, SpanKind } from "@opentelemetry/api";
import { followWork } from "../core/follow-work.ts";
import { guard } from "../core/guard.ts";
import { observeReadable } from "../core/observe-readable.ts";
import { Operation } from "../core/operation.ts";
import { isObject, objectOf, parsedOf, stringOf } from "../core/read.ts";
import { getAgent, getTool, isRecordedElsewhere, setTool } from "../core/run-context.ts";
import { toolStart } from "../core/tool-start.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import type { ModuleLocal } from "../hook/on-module.ts";
import { AgentRun, getAgentRun } from "./agent-run.ts";
import { contentParts, liMessage } from "./li-messages.ts";

type Undo = (() => void) | undefined;

/** `runStream` of an agent workflow, which `run` calls, too. */
export function patchAgentWorkflow(prototype: object, telemetry: Telemetry): Undo[] {
  return [
    wrapMethod(
      prototype,
      "runStream",
      (original) =>
        function (...parameters) {
          const run = (): unknown => Reflect.apply(original, this, parameters);
          if (isRecordedElsewhere(contextApi.active())) return run();
          const started = guard("starting an agent", () => startRun(telemetry, objectOf(this), parameters[0]));
          if (started === undefined) return run();
          let stream: unknown;
          try {
            stream = contextApi.with(started.context, run);
          } catch (error) {
            started.fail(error);
            throw error;
          }
          guard("watching an agent", () => watchEvents(stream, started));
          return stream;
        },
    ),
    wrapMethod(
      prototype,
      "callTool",
      (original) =>
        function (...parameters) {
          const { agentName, toolName, toolKwargs, toolId } = objectOf(parameters[0]);
          const name = stringOf(agentName) ?? "agent";
          const run = (): unknown => Reflect.apply(original, this, parameters);
          const context = getAgentRun(contextApi.active())?.contextOf(name) ?? contextApi.active();
          const call = { name: toolName, input: toolKwargs, id: toolId };
          return contextApi.with(context, () => runTool(telemetry, name, call, run));
        },
    ),
  ];
}

function startRun(
  telemetry: Telemetry,
  { agents, rootAgentName }: Readonly<Record<string, unknown>>,
  question: unknown,
): AgentRun {
  const all = agents instanceof Map ? [...agents.keys()].map(String) : [];
  const root = stringOf(rootAgentName) ?? "agent";
  return new AgentRun(telemetry, [root, ...all.filter((name) => name !== root)], question);
}

/** Its events are told to whoever reads them; the last one has the answer. */
function watchEvents(stream: unknown, run: AgentRun): void {
  if (!(stream instanceof ReadableStream)) return;
  let answer: unknown;
  const end = (): void =>
    run.end(() => {
      const { message, result } = objectOf(answer);
      if (isObject(message)) return { "gen_ai.output.messages": [liMessage(message)] };
      const parts = contentParts(result);
      return parts.length === 0 ? {} : { "gen_ai.output.messages": [{ role: "assistant", parts }] };
    });
  observeReadable(stream, {
    item(event) {
      const { data } = objectOf(event);
      if (isObject(data) && "result" in data && "state" in data) answer = data;
    },
    done: end,
    left: end,
    failed: (error) => run.fail(error),
  });
}

/** An agent's step: what it fails with is the end of the run, of whose stream nobody is told anything. */
export function patchAgent(prototype: object): Undo {
  return wrapMethod(
    prototype,
    "takeStep",
    (original) =>
      function (...parameters) {
        const run = (): unknown => Reflect.apply(original, this, parameters);
        const within = getAgentRun(contextApi.active());
        if (within === undefined) return run();
        const context = guard("starting an agent's step", () =>
          within.contextOf(stringOf(objectOf(this)["name"]) ?? "agent"),
        );
        return followWork(context ?? contextApi.active(), run, {
          value: () => {},
          left: () => {},
          failed: (error) => within.fail(error),
        });
      },
  );
}

/** `callTool`, a function of two of LlamaIndex's modules that models and earlier agents call. */
export function patchCallTool(local: ModuleLocal, telemetry: Telemetry): Undo {
  const original = local.get();
  if (typeof original !== "function") return undefined;
  const wrapped = (...parameters: readonly unknown[]): unknown => {
    const [tool, called] = parameters;
    const run = (): unknown => Reflect.apply(original, undefined, parameters);
    const call = objectOf(called);
    // the agent that calls it has begun the tool
    if (!isObject(tool) || getTool(contextApi.active())?.name === call["name"]) return run();
    return runTool(telemetry, getAgent(contextApi.active())?.name, call, run);
  };
  local.set(wrapped);
  return () => {
    if (local.get() === wrapped) local.set(original);
  };
}

function runTool(
  telemetry: Telemetry,
  agentName: string | undefined,
  call: Readonly<Record<string, unknown>>,
  run: () => unknown,
): unknown {
  if (isRecordedElsewhere(contextApi.active())) return run();
  const name = stringOf(call["name"]) ?? "tool";
  const input = parsedOf(call["input"]);
  const operation = guard("starting a tool", () =>
    name === "handOff"
      ? startHandoff(telemetry, agentName, input)
      : startTool(telemetry, name, agentName, call["id"], input),
  );
  if (operation === undefined) return run();
  const context = setTool(operation.context, { span: operation.span, name });
  return followWork(context, run, {
    value(value) {
      // what a tool throws comes back as what it said
      const given = objectOf(value);
      const output = isObject(value) && "isError" in given ? given["output"] : value;
      const content = (): Record<string, unknown> => ({
        "gen_ai.tool.call.result": isObject(output) ? output : { output },
      });
      if (given["isError"] === true) operation.endAsFailure("tool_error", String(output), content);
      else operation.end({}, name === "handOff" ? undefined : content);
    },
    failed: (error) => operation.fail(error, { type: "tool_error" }),
    left: () => operation.end(),
  });
}

function startTool(
  telemetry: Telemetry,
  name: string,
  agentName: string | undefined,
  id: unknown,
  input: unknown,
): Operation {
  const run = { name, agentName, callId: stringOf(id), input: () => (isObject(input) ? input : { input }) };
  return new Operation(telemetry, toolStart(run, contextApi.active()));
}

function startHandoff(telemetry: Telemetry, from: string | undefined, input: unknown): Operation {
  const to = stringOf(objectOf(input)["toAgent"]) ?? "";
  return new Operation(telemetry, {
    name: `handoff ${to}`,
    kind: SpanKind.INTERNAL,
    attributes: { "genscope.task.name": "handoff", "genscope.handoff.from": from, "genscope.handoff.to": to },
    parent: contextApi.active(),
  });
}
