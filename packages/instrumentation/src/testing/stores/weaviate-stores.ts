import * as weaviate from "weaviate-client";
import { WeaviateInstrumentation } from "../../weaviate/index.ts";
import { question, type VectorStore } from "./store.ts";
import { startVectorServer } from "./vector-server.ts";
import { startWeaviateServer } from "./weaviate-server.ts";

type Search = (collection: weaviate.Collection) => Promise<unknown>;

const vector = [1, 0];
const more = { limit: 2, returnMetadata: ["distance"] as ["distance"] };

/** By what is called, with the text that is searched for. */
const searches: Readonly<Record<string, readonly [search: Search, query?: string]>> = {
  "query.nearText": [({ query }) => query.nearText(question, more), question],
  "query.nearVector": [({ query }) => query.nearVector(vector, more)],
  "query.hybrid": [({ query }) => query.hybrid(question, { ...more, vector }), question],
  "query.bm25": [({ query }) => query.bm25(question, more), question],
  "query.nearText in groups": [
    ({ query }) =>
      query.nearText(question, { ...more, groupBy: { property: "text", numberOfGroups: 1, objectsPerGroup: 2 } }),
    question,
  ],
  "generate.nearText": [
    ({ generate }) => generate.nearText(question, { groupedTask: "Answer in one sentence." }, more),
    question,
  ],
};

function store(call: string, search: Search, query: string | undefined): VectorStore {
  return {
    library: "weaviate-client",
    version: "3",
    call,
    module: weaviate,
    instrumentation: (options) => new WeaviateInstrumentation(options),
    system: "weaviate",
    dataSource: "Manual",
    ...(query === undefined ? {} : { query }),
    async open() {
      const [rest, grpc] = await Promise.all([startVectorServer(), startWeaviateServer()]);
      const run = async (name: string): Promise<unknown> => {
        const client = await weaviate.connectToCustom({
          httpHost: "127.0.0.1",
          httpPort: Number(new URL(rest.url).port),
          grpcHost: "127.0.0.1",
          grpcPort: grpc.port,
        });
        try {
          return await search(client.collections.use(name));
        } finally {
          await client.close();
        }
      };
      return {
        search: () => run("Manual"),
        fail: () => run("Nowhere"),
        async [Symbol.asyncDispose]() {
          grpc.close();
          await rest.close();
        },
      };
    },
  };
}

export const weaviateStores: readonly VectorStore[] = Object.entries(searches).map(([call, [search, query]]) =>
  store(call, search, query),
);
