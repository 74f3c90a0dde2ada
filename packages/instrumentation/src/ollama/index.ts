import { context as contextApi } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import { type CallStart, ModelCall } from "../core/model-call.ts";
import { isObject, type JsonObject, objectOf, stringOf } from "../core/read.ts";
import { isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { type ResultReader, watchPromise } from "../core/watch-result.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { packageVersion } from "../version.ts";
import {
  chatContent,
  embedAnswer,
  generateContent,
  ollamaAnswer,
  ollamaRequest,
  readOllamaChunks,
} from "./ollama-calls.ts";

export type OllamaInstrumentationOptions = InstrumentationOptions;

interface OllamaMethod {
  readonly name: string;
  readonly start: (request: JsonObject) => Omit<CallStart, "provider" | "model">;
  readonly reader: ResultReader;
}

const streamed: ResultReader = {
  answer: ollamaAnswer,
  chunks: readOllamaChunks,
  stream: (value) => (isObject(value) && Symbol.asyncIterator in value ? value : undefined),
};

const methods: readonly OllamaMethod[] = [
  {
    name: "chat",
    start: (request) => ({
      operation: "chat",
      measured: "inference",
      attributes: ollamaRequest(request),
      content: () => chatContent(request),
    }),
    reader: streamed,
  },
  {
    name: "generate",
    start: (request) => ({
      operation: "text_completion",
      measured: "inference",
      attributes: ollamaRequest(request),
      content: () => generateContent(request),
    }),
    reader: streamed,
  },
  {
    name: "embed",
    start: () => ({ operation: "embeddings", measured: "embeddings" }),
    reader: { answer: embedAnswer },
  },
];

/** Traces the `ollama` package: `chat`, `generate` and `embed`, streamed or not. */
export class OllamaInstrumentation extends LibraryInstrumentation<OllamaInstrumentationOptions> {
  constructor(options: OllamaInstrumentationOptions = {}) {
    super("@genscope/instrumentation/ollama", packageVersion, ["ollama"], options);
    if (options.enabled !== false) this.enable();
  }

  /** `module`: what the package exports, or its class. */
  protected override patch(module: unknown, telemetry: Telemetry): () => void {
    const Ollama = isObject(module) ? module["Ollama"] : module;
    const undo = methods.map((method) =>
      wrapMethod(
        ownerOf(Ollama, method.name),
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

/** The prototype that has a method of its own: the Node client inherits from the browser's. */
function ownerOf(Class: unknown, name: string): unknown {
  let at: unknown = typeof Class === "function" ? Class.prototype : undefined;
  while (isObject(at) && !Object.hasOwn(at, name)) at = Object.getPrototypeOf(at) as unknown;
  return at;
}

function startCall(telemetry: Telemetry, method: OllamaMethod, client: unknown, given: unknown): ModelCall {
  const request = objectOf(given);
  const host = stringOf(objectOf(objectOf(client)["config"])["host"]);
  const at = host !== undefined && URL.canParse(host) ? new URL(host) : undefined;
  return new ModelCall(telemetry, {
    ...method.start(request),
    provider: "ollama",
    model: stringOf(request["model"]),
    serverAddress: at?.hostname,
    serverPort: at === undefined ? undefined : at.port === "" ? (at.protocol === "http:" ? 80 : 443) : Number(at.port),
  });
}
