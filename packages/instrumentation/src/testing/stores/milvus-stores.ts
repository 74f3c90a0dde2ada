import * as milvus from "@zilliz/milvus2-sdk-node";
import * as milvus2 from "@zilliz/milvus2-sdk-node-v2";
import { MilvusInstrumentation } from "../../milvus/index.ts";
import { startMilvusServer } from "./milvus-server.ts";
import { question, type VectorStore } from "./store.ts";
import { startVectorServer } from "./vector-server.ts";

type Client = milvus.MilvusClient;
type Module = typeof milvus;

const searches: Readonly<Record<string, (client: Client, collection: string) => Promise<unknown>>> = {
  search: (client, collection_name) =>
    client.search({ collection_name, data: [1, 0], limit: 2, output_fields: ["id", "text"] }),
  hybridSearch: (client, collection_name) =>
    client.hybridSearch({
      collection_name,
      data: [
        { anns_field: "vector", data: [1, 0] },
        { anns_field: "vector", data: [0.9, 0.1] },
      ],
      limit: 2,
      output_fields: ["id", "text"],
    }),
};

function grpcStores(version: string, module: Module): readonly VectorStore[] {
  return Object.entries(searches).map(([call, search]) => ({
    ...sharedBy(version, module),
    call,
    async open() {
      const server = await startMilvusServer();
      const run = async (collection: string): Promise<unknown> => {
        const client = new module.MilvusClient({ address: `127.0.0.1:${server.port}` });
        try {
          return await search(client, collection);
        } finally {
          await client.closeConnection();
        }
      };
      return {
        search: () => run("manual"),
        fail: () => run("nowhere"),
        [Symbol.asyncDispose]: async () => server.close(),
      };
    },
  }));
}

function httpStore(version: string, module: Module): VectorStore {
  return {
    ...sharedBy(version, module),
    call: "search over HTTP",
    query: question,
    async open() {
      const server = await startVectorServer();
      const run = (collectionName: string): Promise<unknown> =>
        new module.HttpClient({ endpoint: server.url, token: "unused" }).search({
          collectionName,
          data: [question] as never,
          limit: 2,
          outputFields: ["id", "text"],
        });
      return {
        search: () => run("manual"),
        fail: () => run("nowhere"),
        [Symbol.asyncDispose]: () => server.close(),
      };
    },
  };
}

function sharedBy(version: string, module: unknown): Omit<VectorStore, "call" | "open"> {
  return {
    library: "@zilliz/milvus2-sdk-node",
    version,
    module,
    instrumentation: (options) => new MilvusInstrumentation(options),
    system: "milvus",
    dataSource: "manual",
  };
}

export const milvusStores: readonly VectorStore[] = (
  [
    ["2", milvus2 as unknown as Module],
    ["3", milvus],
  ] as const
).flatMap(([version, module]) => [...grpcStores(version, module), httpStore(version, module)]);
