import { createRequire } from "node:module";
import type * as voyage from "voyageai";

/** The packages that are tested, under the names of their npm aliases. */
export const voyageVersions = ["voyageai-v0.3", "voyageai"] as const;
export type VoyageVersion = (typeof voyageVersions)[number];
type Module = typeof voyage;

/** A version's exports. Typed as the newest: the calls made in tests are the same. */
export async function loadVoyage(version: VoyageVersion, how: "import" | "require" = "import"): Promise<Module> {
  return how === "import" ? ((await import(version)) as Module) : (createRequire(import.meta.url)(version) as Module);
}

/** A client of the model server. */
export function createVoyage({ VoyageAIClient }: Module, origin: string): voyage.VoyageAIClient {
  return new VoyageAIClient({ apiKey: "unused", environment: `${origin}/voyage/v1` });
}

export interface VoyageCall {
  readonly name: string;
  run(client: voyage.VoyageAIClient): Promise<unknown>;
  readonly span: string;
  readonly errorType?: string;
}

const once = { maxRetries: 0 };

async function thrown(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return { value: await run() };
  } catch (error) {
    return [(error as object).constructor.name, (error as Error).message];
  }
}

/** Ordinary things an application does with the client. */
export const voyageCalls: readonly VoyageCall[] = [
  {
    name: "embeddings",
    span: "embeddings voyage-3.5",
    run: async (client) =>
      (
        await client.embed({ model: "voyage-3.5", input: ["a", "b"], inputType: "document", outputDimension: 256 })
      ).data?.map(({ embedding }) => embedding?.length),
  },
  {
    name: "embeddings of pictures",
    span: "embeddings voyage-multimodal-3",
    run: async (client) =>
      (
        await client.multimodalEmbed({
          model: "voyage-multimodal-3",
          inputs: [{ content: [{ type: "text", text: "a banana" }] }],
        })
      ).usage,
  },
  {
    name: "embeddings in their context",
    span: "embeddings voyage-context-3",
    run: async (client) => {
      const inputs = [["a", "b"]];
      return Object.keys(
        await client.contextualizedEmbed({ model: "voyage-context-3", inputs, inputType: "document" }),
      );
    },
  },
  {
    name: "reranking",
    span: "rerank rerank-2.5",
    run: async (client) =>
      (
        await client.rerank({
          model: "rerank-2.5",
          query: "which button?",
          documents: ["a blue lamp", "the red button"],
          topK: 1,
          returnDocuments: true,
        })
      ).data,
  },
  {
    name: "HTTP 429",
    span: "rerank rerank-2.5#status=429",
    errorType: "429",
    run: (client) =>
      thrown(() => client.rerank({ model: "rerank-2.5#status=429", query: "x", documents: ["a"] }, once)),
  },
  {
    name: "no such model",
    span: "embeddings none",
    errorType: "400",
    run: (client) => thrown(() => client.embed({ model: "none", input: "x" }, once)),
  },
];
