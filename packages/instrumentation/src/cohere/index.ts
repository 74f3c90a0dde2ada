import { isObject, objectOf } from "../core/read.ts";
import { FernInstrumentation, type FernInstrumentationOptions, prototypesOf } from "../fern/fern-instrumentation.ts";

export type CohereInstrumentationOptions = FernInstrumentationOptions;

/** Traces the `cohere-ai` package, both versions of the API: chats, generations, embeddings, rerankings, classifications, streamed or not. */
export class CohereInstrumentation extends FernInstrumentation {
  constructor(options: CohereInstrumentationOptions = {}) {
    super({ name: "cohere", package: "cohere-ai", provider: "cohere", clients: clientsOf }, options);
  }
}

type Client = new (options: { readonly token: string }) => unknown;

/** The client of the second version is exported only as what the first one makes, or as what its own wrapper holds. */
function clientsOf(module: unknown): readonly object[] {
  const held = isObject(module) ? (module["CohereClient"] ?? module) : module;
  const client = typeof held === "function" ? new (held as Client)({ token: "unused" }) : held;
  const { v2, client: first, clientV2 } = objectOf(client);
  return [client, v2, first, clientV2].flatMap(prototypesOf);
}
