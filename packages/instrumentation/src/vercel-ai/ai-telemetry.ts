import { type Context, context as contextApi } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import { ModelCall } from "../core/model-call.ts";
import type { Operation } from "../core/operation.ts";
import { isObject, type JsonObject, objectOf, stringOf } from "../core/read.ts";
import { isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { partsOf } from "./ai-messages.ts";
import { embeddingAnswer, embeddingStart, modelAnswer, modelStart } from "./ai-model.ts";
import { asObject, startAgent, startTool, type Started } from "./ai-operations.ts";

/** One call of `generateText`, `streamText`, `embed` … that is under way. */
interface Run {
  readonly context: Context;
  readonly streamed: boolean;
  /** A loop that may call tools. */
  readonly agent?: Operation;
  model?: ModelCall | undefined;
  readonly tools: Map<string, Started>;
  readonly embeddings: Map<string, ModelCall>;
}

type Execute = { readonly execute: () => unknown } & JsonObject;

const maxRuns = 10_000;

/**
 * The AI SDK's interface for telemetry, from its version 7 on: loops that may call tools are agents, with the calls to models and tools below them; a call without tools is a call
 * to a model. What a model's provider or a tool does is done in its context.
 */
export class AiTelemetry {
  readonly #telemetry: Telemetry;
  readonly #isSilent: () => boolean;
  readonly #runs = new Map<string, Run>();

  /** `isSilent`: whether somebody else makes spans of the same calls. */
  constructor(telemetry: Telemetry, isSilent: () => boolean) {
    this.#telemetry = telemetry;
    this.#isSilent = isSilent;
  }

  onStart(event: unknown): void {
    this.#on(event, "starting a call", (about, callId) => {
      const active = contextApi.active();
      if (this.#isSilent() || isRecordedElsewhere(active) || this.#runs.size >= maxRuns) return;
      const operationId = stringOf(about["operationId"]) ?? "";
      const streamed = operationId.includes(".stream");
      const base = { streamed, tools: new Map(), embeddings: new Map() };
      const isLoop = isObject(about["tools"]) && Object.keys(about["tools"]).length > 0;
      if (!isLoop) {
        this.#runs.set(callId, { ...base, context: active });
        return;
      }
      const { operation, context } = startAgent(this.#telemetry, active, about);
      this.#runs.set(callId, { ...base, agent: operation, context });
    });
  }

  onLanguageModelCallStart(event: unknown): void {
    this.#startModel(event);
  }

  onLanguageModelCallEnd(event: unknown): void {
    this.#endModel(event);
  }

  onObjectStepStart(event: unknown): void {
    this.#startModel(event);
  }

  onObjectStepEnd(event: unknown): void {
    this.#endModel(event);
  }

  /** Runs a provider's call below the span of the call, which no layer below records again. */
  executeLanguageModelCall({ execute, callId }: Execute): unknown {
    const model = this.#runs.get(String(callId))?.model;
    return model === undefined ? execute() : contextApi.with(model.context, execute);
  }

  onToolExecutionStart(event: unknown): void {
    this.#inRun(event, "starting a tool", (run, about) => {
      const call = objectOf(about["toolCall"]);
      run.tools.set(stringOf(call["toolCallId"]) ?? "", startTool(this.#telemetry, run.context, call));
    });
  }

  executeTool({ execute, callId, toolCallId }: Execute): unknown {
    const tool = this.#runs.get(String(callId))?.tools.get(stringOf(toolCallId) ?? "");
    return tool === undefined ? execute() : contextApi.with(tool.context, execute);
  }

  onToolExecutionEnd(event: unknown): void {
    this.#inRun(event, "ending a tool", (run, about) => {
      const output = objectOf(about["toolOutput"]);
      const id = stringOf(objectOf(about["toolCall"])["toolCallId"]) ?? "";
      const operation = run.tools.get(id)?.operation;
      run.tools.delete(id);
      if (output["type"] === "tool-error") operation?.fail(output["error"]);
      else operation?.end({}, () => ({ "gen_ai.tool.call.result": asObject(output["output"], "output") }));
    });
  }

  onEmbedStart(event: unknown): void {
    this.#inRun(event, "starting an embedding", (run, about) => {
      const call = contextApi.with(run.context, () => new ModelCall(this.#telemetry, embeddingStart(about)));
      run.embeddings.set(stringOf(about["embedCallId"]) ?? "", call);
    });
  }

  onEmbedEnd(event: unknown): void {
    this.#inRun(event, "ending an embedding", (run, about) => {
      run.embeddings.get(stringOf(about["embedCallId"]) ?? "")?.end(embeddingAnswer(about));
    });
  }

  onEnd(event: unknown): void {
    this.#finish(event, (run, about) => {
      run.model?.end();
      run.agent?.end({}, () => ({
        "gen_ai.output.messages": [
          { role: "assistant", parts: partsOf({ content: about["text"] ?? about["content"] }) },
        ],
      }));
    });
  }

  onAbort(event: unknown): void {
    this.#finish(event, (run) => {
      run.model?.end();
      run.agent?.end();
    });
  }

  onStepError(event: unknown): void {
    this.#inRun(event, "failing a step", (run, { error }) => {
      run.model?.fail(error);
      run.model = undefined;
    });
  }

  onError(event: unknown): void {
    this.#finish(event, (run, { error }) => {
      run.model?.fail(error);
      for (const call of run.embeddings.values()) call.fail(error);
      for (const { operation } of run.tools.values()) operation.fail(error);
      run.agent?.fail(error);
    });
  }

  #startModel(event: unknown): void {
    this.#inRun(event, "starting a model call", (run, about) => {
      run.model = contextApi.with(run.context, () => new ModelCall(this.#telemetry, modelStart(about, run.streamed)));
    });
  }

  #endModel(event: unknown): void {
    this.#inRun(event, "ending a model call", (run, about) => {
      run.model?.end(modelAnswer(about));
      run.model = undefined;
    });
  }

  #on(event: unknown, what: string, run: (about: JsonObject, callId: string) => void): void {
    guard(what, () => {
      const about = objectOf(event);
      const callId = stringOf(about["callId"]);
      if (callId !== undefined) run(about, callId);
    });
  }

  #inRun(event: unknown, what: string, use: (run: Run, about: JsonObject) => void): void {
    this.#on(event, what, (about, callId) => {
      const run = this.#runs.get(callId);
      if (run !== undefined) use(run, about);
    });
  }

  #finish(event: unknown, end: (run: Run, about: JsonObject) => void): void {
    this.#on(event, "ending a call", (about, callId) => {
      const run = this.#runs.get(callId);
      this.#runs.delete(callId);
      if (run !== undefined) end(run, about);
    });
  }
}
