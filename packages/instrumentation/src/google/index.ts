import { context as contextApi } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import { type CallStart, ModelCall } from "../core/model-call.ts";
import { integerOf, isObject, type JsonObject, objectOf, stringOf } from "../core/read.ts";
import { isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { type ResultReader, watchPromise } from "../core/watch-result.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { packageVersion } from "../version.ts";
import { contentAnswer, contentRequest, embeddingsAnswer, readContentChunks, requestContent } from "./gemini.ts";

export type GoogleGenAIInstrumentationOptions = InstrumentationOptions;

/** A method that all ways of making one kind of call come down to: chats, automatic function calling, both APIs. */
interface GeminiMethod {
  readonly name: string;
  readonly start: (parameters: JsonObject) => Omit<CallStart, "provider" | "model">;
  readonly reader: ResultReader;
}

const methods: readonly GeminiMethod[] = [
  {
    name: "generateContentInternal",
    start: (parameters) => ({
      operation: "generate_content",
      measured: "inference",
      attributes: contentRequest(parameters, false),
      content: () => requestContent(parameters),
    }),
    reader: { answer: contentAnswer },
  },
  {
    name: "generateContentStreamInternal",
    start: (parameters) => ({
      operation: "generate_content",
      measured: "inference",
      attributes: contentRequest(parameters, true),
      content: () => requestContent(parameters),
    }),
    reader: {
      answer: contentAnswer,
      chunks: readContentChunks,
      stream: (value) => (isObject(value) && Symbol.asyncIterator in value ? value : undefined),
    },
  },
  {
    name: "embedContentInternal",
    start: ({ config }) => ({
      operation: "embeddings",
      measured: "embeddings",
      attributes: { "gen_ai.embeddings.dimension.count": integerOf(objectOf(config)["outputDimensionality"]) },
    }),
    reader: { answer: embeddingsAnswer },
  },
];

/**
 * Traces `@google/genai`, for the Gemini API and for Vertex AI: `generateContent`, streamed or not, chats, each turn of automatic function calling, and
 * embeddings.
 */
export class GoogleGenAIInstrumentation extends LibraryInstrumentation<GoogleGenAIInstrumentationOptions> {
  constructor(options: GoogleGenAIInstrumentationOptions = {}) {
    super("@genscope/instrumentation/google", packageVersion, ["@google/genai"], options);
    if (options.enabled !== false) this.enable();
  }

  /** `module`: what the package exports, or its class `Models`. */
  protected override patch(module: unknown, telemetry: Telemetry): () => void {
    const named = isObject(module) ? module["Models"] : module;
    const prototype: unknown = typeof named === "function" ? named.prototype : undefined;
    const undo = methods.map((method) =>
      wrapMethod(
        prototype,
        method.name,
        (original) =>
          function (...parameters) {
            if (isRecordedElsewhere(contextApi.active())) return Reflect.apply(original, this, parameters);
            const call = guard("starting a model call", () => startCall(telemetry, method, this, parameters[0]));
            if (call === undefined) return Reflect.apply(original, this, parameters);
            let answer: unknown;
            try {
              answer = contextApi.with(call.context, () => Reflect.apply(original, this, parameters));
            } catch (error) {
              call.fail(error);
              throw error;
            }
            return answer instanceof Promise ? watchPromise(call, answer, method.reader) : answer;
          },
      ),
    );
    return () => {
      for (const step of undo) step?.();
    };
  }
}

interface ApiClient {
  isVertexAI?(): boolean;
  getBaseUrl?(): string;
}

function startCall(telemetry: Telemetry, method: GeminiMethod, models: unknown, given: unknown): ModelCall {
  const client = objectOf(models)["apiClient"] as ApiClient | undefined;
  const parameters = objectOf(given);
  const url = client?.getBaseUrl?.();
  const at = url !== undefined && URL.canParse(url) ? new URL(url) : undefined;
  return new ModelCall(telemetry, {
    ...method.start(parameters),
    provider: client?.isVertexAI?.() === true ? "gcp.vertex_ai" : "gcp.gemini",
    model: stringOf(parameters["model"])?.replace(/^(?:models|publishers\/google\/models)\//u, ""),
    serverAddress: at?.hostname,
    serverPort: at === undefined ? undefined : at.port === "" ? (at.protocol === "http:" ? 80 : 443) : Number(at.port),
  });
}
