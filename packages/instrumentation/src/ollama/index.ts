import { ModelCall } from "../core/model-call.ts";
import { isObject, objectOf, stringOf } from "../core/read.ts";
import { runCall } from "../core/run-call.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import type { ModelFormat } from "../formats/model-format.ts";
import { ollamaFormats } from "./ollama-calls.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { readOwnServer } from "../openai/provider.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";

export interface OllamaInstrumentationOptions extends InstrumentationOptions {
  /** Providers of hosts that are others: `{ "llm.internal:8443": "vllm" }`. */
  readonly hosts?: Readonly<Record<string, string>>;
}

/** Traces the `ollama` package: `chat`, `generate`, `embed` and `embeddings`, streamed or not, on every client and on the default one. */
export class OllamaInstrumentation extends LibraryInstrumentation<OllamaInstrumentationOptions> {
  constructor(options: OllamaInstrumentationOptions = {}) {
    super("@genscope/instrumentation/ollama", packageVersion, specifiersOf("ollama"), options);
    if (options.enabled !== false) this.enable();
  }

  protected override patch(module: unknown, telemetry: Telemetry, options: OllamaInstrumentationOptions): () => void {
    const undo = Object.entries(ollamaFormats).map(([method, format]) =>
      wrapMethod(ownerOf(module, method), method, (original) => watched(original, format, telemetry, options.hosts)),
    );
    return () => {
      for (const step of undo) step?.();
    };
  }
}

type Method = (this: unknown, ...parameters: readonly unknown[]) => unknown;

function watched(
  original: Method,
  format: ModelFormat,
  telemetry: Telemetry,
  hosts: Readonly<Record<string, string>> | undefined,
): Method {
  return function (...parameters) {
    return runCall(
      () => startCall(format, telemetry, this, parameters[0], hosts),
      () => Reflect.apply(original, this, parameters),
      ({ start: { provider } }) => ({
        answer: (value) => format.answer(value, provider),
        ...(format.chunks === undefined ? {} : { chunks: format.chunks }),
        stream: (value) => (isObject(value) && Symbol.asyncIterator in value ? value : undefined),
        signal: (value) => signalOf(objectOf(value)["abortController"]),
      }),
    );
  };
}

function signalOf(controller: unknown): AbortSignal | undefined {
  return controller instanceof AbortController ? controller.signal : undefined;
}

function startCall(
  format: ModelFormat,
  telemetry: Telemetry,
  client: unknown,
  request: unknown,
  hosts: Readonly<Record<string, string>> | undefined,
): ModelCall {
  const body = objectOf(request);
  const { host } = objectOf(objectOf(client)["config"]);
  const server = readOwnServer({ baseURL: host }, "ollama", hosts);
  const { content } = format;
  return new ModelCall(telemetry, {
    operation: format.operation,
    provider: server.provider,
    measured: format.measured,
    model: stringOf(body["model"]),
    serverAddress: server.address,
    serverPort: server.port,
    attributes: format.request(body, server.provider),
    ...(content === undefined ? {} : { content: () => content(body) }),
  });
}

/** The prototype that has a method, of a namespace, a class or a client: Node's class inherits from the browser's, which may be used beside it. */
function ownerOf(module: unknown, method: string): unknown {
  const holder = isObject(module) && "Ollama" in module ? module["Ollama"] : module;
  let prototype: unknown = typeof holder === "function" ? holder.prototype : holder;
  while (isObject(prototype) && !Object.hasOwn(prototype, method)) prototype = Object.getPrototypeOf(prototype);
  return prototype;
}
