import { context as contextApi } from "@opentelemetry/api";
import { followWork } from "../core/follow-work.ts";
import { FrameworkCall } from "../core/framework-call.ts";
import { guard } from "../core/guard.ts";
import { arrayOf, isObject, objectOf, stringOf } from "../core/read.ts";
import { isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { modelAnswer, modelStart, providerOf, readChunks } from "./li-model.ts";

type Undo = (() => void) | undefined;

/** `chat` of a class of models, which `complete` and `exec` call, too. Models made from now on have it. */
export function patchModel(prototype: object, telemetry: Telemetry): Undo {
  return wrapMethod(
    prototype,
    "chat",
    (original) =>
      function (...parameters) {
        const run = (): unknown => Reflect.apply(original, this, parameters);
        if (isRecordedElsewhere(contextApi.active())) return run();
        const started = guard("starting a model call", () => {
          const start = modelStart(objectOf(this), parameters[0]);
          const { mode } = telemetry.content;
          return {
            call: new FrameworkCall(telemetry, start),
            chunks: readChunks(start.provider, mode.spans || mode.events),
            provider: start.provider,
            isStream: objectOf(parameters[0])["stream"] === true,
          };
        });
        if (started === undefined) return run();
        const { call, chunks, provider, isStream } = started;
        return followWork(call.context, run, {
          item(chunk) {
            call.chunk();
            chunks.push(chunk);
          },
          value: (value) => call.end(() => (isStream ? chunks.answer() : modelAnswer(value, provider))),
          failed: (error) => call.fail(error, isStream ? () => chunks.answer() : undefined),
          left: () => call.end(() => chunks.answer()),
        });
      },
  );
}

/**
 * The methods of `BaseEmbedding` and its subclasses. `getTextEmbeddings` is one that each object makes for itself: called by itself, and not for a batch, it is seen where the provider's own library is.
 */
export function patchEmbedding(prototype: object, telemetry: Telemetry): Undo[] {
  return ["getTextEmbedding", "getQueryEmbedding", "getTextEmbeddingsBatch"].map((key) =>
    wrapMethod(
      prototype,
      key,
      (original) =>
        function (...parameters) {
          return embed(telemetry, this, () => Reflect.apply(original, this, parameters));
        },
    ),
  );
}

function embed(telemetry: Telemetry, model: unknown, run: () => unknown): unknown {
  if (isRecordedElsewhere(contextApi.active())) return run();
  const call = guard("starting an embedding", () => {
    // one that transforms nodes is a function
    const about = Object(model) as { readonly model?: unknown };
    return new FrameworkCall(telemetry, {
      operation: "embeddings",
      provider: providerOf(about),
      measured: "embeddings",
      model: stringOf(about.model),
    });
  });
  if (call === undefined) return run();
  return followWork(call.context, run, {
    value: (value) =>
      call.end(() => {
        const vectors = arrayOf(value);
        const vector = Array.isArray(vectors[0]) ? vectors[0] : vectors;
        return { attributes: { "gen_ai.embeddings.dimension.count": vector.length === 0 ? undefined : vector.length } };
      }),
    failed: (error) => call.fail(error),
    left: () => call.end(),
  });
}

/** Whether a class is one of models: others that chat have a history, and nothing to complete. */
export function isModelClass(prototype: object): boolean {
  return Object.hasOwn(prototype, "chat") && "complete" in prototype;
}

/** Whether a class makes vectors. */
export function isEmbeddingClass(prototype: object): boolean {
  return "getQueryEmbedding" in prototype && "getTextEmbeddingsBatch" in prototype;
}

/** The prototypes of the classes that a module exports. */
export function classesOf(module: unknown): ReadonlySet<object> {
  const exported = isObject(module) ? Object.keys(module).map((key) => module[key]) : [];
  const found = new Set<object>();
  for (const one of [module, ...exported]) {
    if (typeof one !== "function") continue;
    const { prototype } = one as { prototype?: unknown };
    if (isObject(prototype)) found.add(prototype);
  }
  return found;
}
