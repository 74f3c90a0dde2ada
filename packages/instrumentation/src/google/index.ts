import { addressOf } from "../core/address-of.ts";
import type { CallStart } from "../core/call-start.ts";
import { ModelCall } from "../core/model-call.ts";
import { integerOf, isObject, type JsonObject, objectOf, stringOf } from "../core/read.ts";
import { runCall } from "../core/run-call.ts";
import type { Telemetry } from "../core/telemetry.ts";
import type { ResultReader } from "../core/watch-result.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { specifiersOf } from "../libraries.ts";
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
    super("@genscope/instrumentation/google", packageVersion, specifiersOf("google"), options);
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
            return runCall(
              () => startCall(telemetry, method, this, parameters[0]),
              () => Reflect.apply(original, this, parameters),
              () => method.reader,
            );
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
  const server = addressOf(client?.getBaseUrl?.());
  return new ModelCall(telemetry, {
    ...method.start(parameters),
    provider: client?.isVertexAI?.() === true ? "gcp.vertex_ai" : "gcp.gemini",
    model: stringOf(parameters["model"])?.replace(/^(?:models|publishers\/google\/models)\//u, ""),
    serverAddress: server?.address,
    serverPort: server?.port,
  });
}
