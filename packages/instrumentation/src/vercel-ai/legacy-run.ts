import { type Context, context as contextApi, INVALID_SPAN_CONTEXT, type SpanContext } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import type { CallStart } from "../core/call-start.ts";
import { ModelCall } from "../core/model-call.ts";
import { endWhenLetGo, release } from "../core/open-calls.ts";
import { type JsonObject, objectOf, parsedOf } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { AdoptedSpan, type SpanEnd } from "./adopted-span.ts";
import { partsOf } from "./ai-messages.ts";
import { embeddingAnswer, embeddingStart, modelAnswer, modelStart } from "./ai-model.ts";
import { asObject, startAgent, startTool, type Started } from "./ai-operations.ts";
import { legacyAnswer, legacyStart } from "./legacy-events.ts";

/** Says of a call to a model that it may answer with calls of tools. */
export const hasToolsKey = "genscope.has_tools";

interface Adopted {
  readonly context: Context;
  readonly span: SpanContext;
  readonly to: SpanEnd;
  /** A call whose stream may be let go of before it ends. */
  readonly streamed?: ModelCall;
}

/** Runs whose results nobody holds any more end as they are. */
const abandoned = new FinalizationRegistry<LegacyRun>((run) => run.finish());

/**
 * The tracer that versions 5 and 6 are given for one call of `generateText`, `streamText`, `embed` …: makes of what they trace the spans that version 7's events give. The work of
 * each is done in its context.
 */
export class LegacyRun {
  readonly #telemetry: Telemetry;
  readonly #base: Context;
  readonly #open = new Set<ModelCall>();
  #asked: JsonObject = {};
  #agent: Started | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry;
    this.#base = contextApi.active();
  }

  /** OpenTelemetry's, with the function as the last parameter. */
  startActiveSpan(name: string, ...given: unknown[]): unknown {
    const run = given.at(-1) as (span: AdoptedSpan) => unknown;
    const attributes = objectOf(objectOf(given[0])["attributes"]);
    const adopted = guard("adopting a span of the AI SDK", () => this.#adopt(name, attributes));
    if (adopted === undefined) return run(new AdoptedSpan(INVALID_SPAN_CONTEXT, {}, { end() {}, fail() {} }));
    const span = new AdoptedSpan(adopted.span, attributes, adopted.to);
    if (adopted.streamed !== undefined) endWhenLetGo(span, { call: adopted.streamed });
    else if (isRoot(name)) abandoned.register(span, this, this);
    return contextApi.with(adopted.context, run, undefined, span);
  }

  startSpan(name: string, options?: unknown): AdoptedSpan {
    let started: AdoptedSpan | undefined;
    this.startActiveSpan(name, options, (span: AdoptedSpan) => (started = span));
    return started as AdoptedSpan;
  }

  /** The whole call is over: answered, failed for good, or let go of. */
  finish(attributes: JsonObject = {}): void {
    abandoned.unregister(this);
    for (const call of this.#open) {
      release(call);
      call.end();
    }
    this.#open.clear();
    if (this.#failure !== undefined) this.#agent?.operation.fail(this.#failure.error);
    else {
      this.#agent?.operation.end({}, () => {
        const { content } = legacyAnswer(attributes);
        const parts = partsOf({ content });
        return parts.length === 0 ? {} : { "gen_ai.output.messages": [{ role: "assistant", parts }] };
      });
    }
  }

  get #context(): Context {
    return this.#agent?.context ?? this.#base;
  }

  #adopt(name: string, attributes: JsonObject): Adopted {
    if (isRoot(name)) return this.#adoptRoot(attributes);
    if (name === "ai.toolCall") return this.#adoptTool(attributes);
    if (name.endsWith(".doEmbed")) {
      const call = this.#startCall(embeddingStart(legacyStart(attributes)));
      return this.#watch(call, (said) =>
        call.end(embeddingAnswer({ modelId: said["ai.model.id"], usage: { tokens: said["ai.usage.tokens"] } })),
      );
    }
    if (name.endsWith(".doRerank")) {
      const { provider, model } = embeddingStart(legacyStart(attributes));
      const call = this.#startCall({ operation: "rerank", provider, model, measured: "other" });
      return this.#watch(call, () => call.end());
    }
    if (/\.do(?:Generate|Stream)$/u.test(name)) return this.#adoptModel(name, attributes);
    return { context: contextApi.active(), span: INVALID_SPAN_CONTEXT, to: { end() {}, fail() {} } };
  }

  #adoptRoot(attributes: JsonObject): Adopted {
    this.#asked = attributes;
    return {
      context: this.#base,
      span: INVALID_SPAN_CONTEXT,
      to: {
        end: (said) => this.finish(said),
        fail: (error) => {
          this.#failure = { error };
          this.finish();
        },
      },
    };
  }

  #adoptModel(name: string, attributes: JsonObject): Adopted {
    // an earlier try's
    this.#failure = undefined;
    if (attributes[hasToolsKey] === true) {
      this.#agent ??= startAgent(this.#telemetry, this.#base, legacyStart(this.#asked));
    }
    const isStream = name.endsWith(".doStream");
    const start = modelStart(legacyStart(attributes), isStream);
    const call = this.#startCall(
      /Object\./u.test(name) ? { ...start, attributes: { ...start.attributes, "gen_ai.output.type": "json" } } : start,
    );
    const adopted = this.#watch(call, (said) => {
      const answer = modelAnswer(legacyAnswer(said));
      if (said["ai.response.finishReason"] === "error") call.fail(undefined, answer);
      else call.end(answer);
    });
    return isStream ? { ...adopted, streamed: call } : adopted;
  }

  #adoptTool(attributes: JsonObject): Adopted {
    const { operation, context } = startTool(this.#telemetry, this.#context, {
      toolName: attributes["ai.toolCall.name"],
      toolCallId: attributes["ai.toolCall.id"],
      input: attributes["ai.toolCall.args"],
    });
    return {
      context,
      span: operation.span.spanContext(),
      to: {
        end: (said) =>
          operation.end({}, () => ({
            "gen_ai.tool.call.result": asObject(parsedOf(said["ai.toolCall.result"]), "output"),
          })),
        fail: (error) => operation.fail(error),
      },
    };
  }

  #startCall(start: CallStart): ModelCall {
    const call = contextApi.with(this.#context, () => new ModelCall(this.#telemetry, start));
    this.#open.add(call);
    return call;
  }

  #watch(call: ModelCall, end: (attributes: JsonObject) => void): Adopted {
    const close = (): void => {
      this.#open.delete(call);
      release(call);
    };
    return {
      context: call.context,
      span: call.span.spanContext(),
      to: {
        firstChunk: () => call.chunk(),
        end(said) {
          close();
          end(said);
        },
        fail: (error, said) => {
          close();
          this.#failure = { error };
          call.fail(error, call.start.operation === "chat" ? modelAnswer(legacyAnswer(said)) : undefined);
        },
      },
    };
  }
}

function isRoot(name: string): boolean {
  return /^ai\.\w+$/u.test(name) && name !== "ai.toolCall";
}
