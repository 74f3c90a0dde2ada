import { createRequire } from "node:module";
import * as elastic from "@elastic/elasticsearch";
import opensearch from "@opensearch-project/opensearch";
import * as pinecone from "@pinecone-database/pinecone";
import * as qdrant from "@qdrant/js-client-rest";
import * as chroma from "chromadb";
import * as chroma1 from "chromadb-v1";
import * as chroma2 from "chromadb-v2";
import * as elastic8 from "@elastic/elasticsearch-v8";
import opensearch2 from "@opensearch-project/opensearch-v2";
import * as pinecone8 from "@pinecone-database/pinecone-v8";
import * as qdrant18 from "@qdrant/js-client-rest-v1.18";
import * as weaviate2 from "weaviate-ts-client";
import { ChromaInstrumentation } from "../../chroma/index.ts";
import { ElasticsearchInstrumentation } from "../../elasticsearch/index.ts";
import { OpenSearchInstrumentation } from "../../opensearch/index.ts";
import { PineconeInstrumentation } from "../../pinecone/index.ts";
import { QdrantInstrumentation } from "../../qdrant/index.ts";
import { WeaviateInstrumentation } from "../../weaviate/index.ts";
import { question, type VectorStore } from "./store.ts";
import { startVectorServer } from "./vector-server.ts";

// it has no types
const weaviateClient2 = createRequire(import.meta.url)("weaviate-client-v2") as WeaviateBuilders;

/** A store of {@link startVectorServer}. */
function served(
  search: (url: string) => Promise<unknown>,
  fail: (url: string) => Promise<unknown>,
): VectorStore["open"] {
  return async () => {
    const server = await startVectorServer();
    return {
      search: () => search(server.url),
      fail: () => fail(server.url),
      [Symbol.asyncDispose]: () => server.close(),
    };
  };
}

type Qdrant = Pick<VectorStore, "version" | "module"> & { readonly Client: typeof qdrant.QdrantClient };

function qdrantStores({ version, module, Client }: Qdrant): readonly VectorStore[] {
  const shared = {
    library: "@qdrant/js-client-rest",
    version,
    module,
    instrumentation: (options: object) => new QdrantInstrumentation(options),
    system: "qdrant",
    dataSource: "manual",
  };
  const at = (url: string): qdrant.QdrantClient => new Client({ url, checkCompatibility: false });
  const more = { limit: 2, with_payload: true };
  const text = { text: question, model: "all-minilm-l6-v2" };
  const store = (call: string, query: number[] | typeof text): VectorStore => ({
    ...shared,
    call,
    ...("text" in query ? { query: question } : {}),
    open: served(
      (url) => at(url).query("manual", { query, ...more }),
      (url) => at(url).query("broken", { query }),
    ),
  });
  return [store("query", [1, 0]), store("query of a text", text)];
}

type Pinecone = Pick<VectorStore, "version" | "module"> & { readonly Client: typeof pinecone.Pinecone };

function pineconeStores({ version, module, Client }: Pinecone): readonly VectorStore[] {
  const shared = {
    library: "@pinecone-database/pinecone",
    version,
    module,
    instrumentation: (options: object) => new PineconeInstrumentation(options),
    system: "pinecone",
    dataSource: "manual",
  };
  const at = (host: string): pinecone.Index =>
    new Client({ apiKey: "unused", maxRetries: 0 }).index({ name: "manual", host });
  const vector = { vector: [1, 0], topK: 2, includeMetadata: true };
  const text = { query: { topK: 2, inputs: { text: question } } };
  return [
    {
      ...shared,
      call: "query",
      open: served(
        (url) => at(url).query(vector),
        (url) => at(`${url}/broken`).query(vector),
      ),
    },
    {
      ...shared,
      call: "searchRecords",
      query: question,
      open: served(
        (url) => at(url).searchRecords(text),
        (url) => at(`${url}/broken`).searchRecords(text),
      ),
    },
  ];
}

interface Chroma extends Pick<VectorStore, "library" | "version" | "module"> {
  readonly connect: (url: string) => unknown;
}

function chromaStore({ library, version, module, connect }: Chroma): VectorStore {
  const embeddingFunction = {
    name: "fixed",
    generate: async (texts: string[]) => texts.map(() => [1, 0]),
    getConfig: () => ({}),
  };
  const query = async (url: string, name: string): Promise<unknown> => {
    const client = connect(url) as chroma.ChromaClient;
    const collection = await client.getOrCreateCollection({ name, embeddingFunction });
    return collection.query({ queryTexts: [question], nResults: 2 });
  };
  return {
    library,
    version,
    call: "query",
    module,
    instrumentation: (options) => new ChromaInstrumentation(options),
    system: "chroma",
    dataSource: "manual",
    query: question,
    open: served(
      (url) => query(url, "manual"),
      (url) => query(url, "broken"),
    ),
  };
}

function chromaAt(url: string): chroma.ChromaClient {
  const { hostname, port } = new URL(url);
  return new chroma.ChromaClient({ host: hostname, port: Number(port), ssl: false });
}

type Elastic = Pick<VectorStore, "version" | "module"> & { readonly Client: typeof elastic.Client };

function elasticStores({ version, module, Client }: Elastic): readonly VectorStore[] {
  const knn = { field: "embedding", query_vector: [1, 0], k: 2, num_candidates: 10 };
  const search = (node: string, index: string): Promise<unknown> =>
    new Client({ node, maxRetries: 0 }).search({ index, knn });
  return [
    {
      library: "@elastic/elasticsearch",
      version,
      call: "search with knn",
      module,
      instrumentation: (options) => new ElasticsearchInstrumentation(options),
      system: "elasticsearch",
      dataSource: "manual",
      open: served(
        (url) => search(url, "manual"),
        (url) => search(url, "broken"),
      ),
    },
  ];
}

interface OpenSearch extends Pick<VectorStore, "version"> {
  readonly module: { readonly Client: new (options: object) => { search(given: object): Promise<{ body: unknown }> } };
}

function openSearchStores({ version, module }: OpenSearch): readonly VectorStore[] {
  const shared = {
    library: "@opensearch-project/opensearch",
    version,
    module,
    instrumentation: (options: object) => new OpenSearchInstrumentation(options),
    system: "opensearch",
    dataSource: "manual",
  };
  // what comes back has the connection in it
  const search = async (node: string, index: string, query: object): Promise<unknown> =>
    (await new module.Client({ node, maxRetries: 0 }).search({ index, body: { size: 2, query } })).body;
  const knn = { knn: { embedding: { vector: [1, 0], k: 2 } } };
  const neural = { neural: { embedding: { query_text: question, model_id: "minilm", k: 2 } } };
  const store = (call: string, query: object, text?: string): VectorStore => ({
    ...shared,
    call,
    ...(text === undefined ? {} : { query: text }),
    open: served(
      (url) => search(url, "manual", query),
      (url) => search(url, "broken", query),
    ),
  });
  return [
    store("search with knn", knn),
    store("hybrid search", { hybrid: { queries: [{ match: { text: question } }, neural] } }, question),
  ];
}

type WeaviateBuilders = Pick<typeof weaviate2.default.default, "client">;

function weaviateBuilderStore(library: string, module: unknown, builders: WeaviateBuilders): VectorStore {
  const search = (url: string, className: string): Promise<unknown> =>
    builders
      .client({ scheme: "http", host: new URL(url).host })
      .graphql.get()
      .withClassName(className)
      .withFields("text _additional { id distance }")
      .withNearText({ concepts: [question] })
      .withLimit(2)
      .do();
  return {
    library,
    version: "2",
    call: "nearText",
    module,
    instrumentation: (options) => new WeaviateInstrumentation(options),
    system: "weaviate",
    dataSource: "Manual",
    query: question,
    open: served(
      (url) => search(url, "Manual"),
      (url) => search(url, "Broken"),
    ),
  };
}

export const httpStores: readonly VectorStore[] = [
  ...qdrantStores({ version: "1.18", module: qdrant18, Client: qdrant18.QdrantClient as never }),
  ...qdrantStores({ version: "1.19", module: qdrant, Client: qdrant.QdrantClient }),
  ...pineconeStores({ version: "8", module: pinecone8, Client: pinecone8.Pinecone as never }),
  ...pineconeStores({ version: "9", module: pinecone, Client: pinecone.Pinecone }),
  chromaStore({
    library: "chromadb",
    version: "1",
    module: chroma1,
    connect: (path) => new chroma1.ChromaClient({ path }),
  }),
  chromaStore({
    library: "chromadb-client",
    version: "2",
    module: chroma2,
    connect: (path) => new chroma2.ChromaClient({ path }),
  }),
  chromaStore({ library: "chromadb", version: "3", module: chroma, connect: chromaAt }),
  ...elasticStores({ version: "8", module: elastic8, Client: elastic8.Client as never }),
  ...elasticStores({ version: "9", module: elastic, Client: elastic.Client }),
  ...openSearchStores({ version: "2", module: opensearch2 }),
  ...openSearchStores({ version: "3", module: opensearch }),
  weaviateBuilderStore("weaviate-client", weaviateClient2, weaviateClient2),
  // its types are those of its CommonJS, where this is one level deeper
  weaviateBuilderStore("weaviate-ts-client", weaviate2, weaviate2.default as never),
];
