import { type Context, context as contextApi, SpanKind } from "@opentelemetry/api";
import { followWork } from "../core/follow-work.ts";
import { guard } from "../core/guard.ts";
import { type ContentAttributes, Operation } from "../core/operation.ts";
import { arrayOf, integerOf, isObject, type JsonObject, numberOf, objectOf, stringOf } from "../core/read.ts";
import { isRecordedElsewhere, setAgent } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { contentParts, liMessage, questionOf } from "./li-messages.ts";

type Undo = (() => void) | undefined;

function nameOf(object: unknown): string {
  return objectOf(object).constructor.name;
}

/** Has a method's work done in an operation, from its call to what comes of it. */
function patchWork(
  prototype: object,
  key: string,
  begin: (self: unknown, parameters: readonly unknown[]) => { operation: Operation; context: Context },
  end: (operation: Operation, value: unknown) => void,
): Undo {
  return wrapMethod(
    prototype,
    key,
    (original) =>
      function (...parameters) {
        const run = (): unknown => Reflect.apply(original, this, parameters);
        if (isRecordedElsewhere(contextApi.active())) return run();
        const started = guard("starting a step of LlamaIndex", () => begin(this, parameters));
        if (started === undefined) return run();
        const { operation, context } = started;
        return followWork(context, run, {
          value: (value) => end(operation, value),
          failed: (error) => operation.fail(error),
          left: () => operation.end(),
        });
      },
  );
}

export function patchRetriever(prototype: object, telemetry: Telemetry): Undo {
  return patchWork(
    prototype,
    "retrieve",
    (self, [query]) => {
      const name = nameOf(self);
      const about = objectOf(self);
      const operation = new Operation(telemetry, {
        name: `retrieval ${name}`,
        kind: SpanKind.CLIENT,
        attributes: {
          "gen_ai.operation.name": "retrieval",
          "gen_ai.data_source.id": name,
          // one number, or one for each kind of node
          "gen_ai.retrieval.top_k":
            integerOf(about["similarityTopK"]) ??
            integerOf(about["topK"]) ??
            integerOf(objectOf(about["topK"])["TEXT"]),
        },
        parent: contextApi.active(),
        content: () => ({ "gen_ai.retrieval.query.text": textOf(questionOf(query)["parts"]) }),
      });
      return { operation, context: operation.context };
    },
    (operation, nodes) =>
      operation.end({ "genscope.retrieval.count": arrayOf(nodes).length }, () => ({
        "gen_ai.retrieval.documents": arrayOf(nodes).filter(isObject).map(documentOf),
      })),
  );
}

function documentOf({ node, score }: JsonObject): Readonly<Record<string, unknown>> {
  const { id_: id, text } = objectOf(node);
  const found = numberOf(score);
  return {
    ...(typeof id === "string" ? { id } : {}),
    ...(found === undefined ? {} : { score: found }),
    content: text,
  };
}

function textOf(parts: unknown): string {
  return arrayOf(parts)
    .map((part) => stringOf(objectOf(part)["content"]) ?? "")
    .join("\n");
}

/** `query` of an engine that asks a retriever and a model, or `chat` of one that keeps a conversation. */
export function patchEngine(prototype: object, key: "query" | "chat", telemetry: Telemetry): Undo {
  return patchWork(
    prototype,
    key,
    (self, [asked]) => {
      const name = nameOf(self);
      const subject = { "gen_ai.agent.name": name };
      // an engine that makes tasks out of what it is asked is an agent of earlier versions
      const kind = "createTask" in objectOf(self) ? "invoke_agent" : "invoke_workflow";
      const operation = new Operation(telemetry, {
        name: `${kind} ${name}`,
        kind: SpanKind.INTERNAL,
        attributes: { "gen_ai.operation.name": kind, ...subject },
        parent: contextApi.active(),
        content: () => ({ "gen_ai.input.messages": [questionOf(asked)] }),
        duration: { metric: "gen_ai.invoke_agent.duration", attributes: () => subject },
      });
      return { operation, context: setAgent(operation.context, { name, inferenceCalls: 0, toolCalls: 0 }) };
    },
    (operation, response) => operation.end({}, () => answerOf(response)),
  );
}

function answerOf(response: unknown): ContentAttributes {
  const { message } = objectOf(response);
  if (isObject(message)) return { "gen_ai.output.messages": [liMessage(message)] };
  const parts = contentParts(objectOf(response)["response"]);
  return parts.length === 0 ? {} : { "gen_ai.output.messages": [{ role: "assistant", parts }] };
}
