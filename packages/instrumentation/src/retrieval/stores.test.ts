import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import * as elastic from "@elastic/elasticsearch";
import * as pinecone from "@pinecone-database/pinecone";
import * as qdrant from "@qdrant/js-client-rest";
import * as chroma from "chromadb";
import * as pg from "pg";
import { ChromaInstrumentation } from "../chroma/index.ts";
import { ElasticsearchInstrumentation } from "../elasticsearch/index.ts";
import type { InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { PgInstrumentation } from "../pg/index.ts";
import { PineconeInstrumentation } from "../pinecone/index.ts";
import { QdrantInstrumentation } from "../qdrant/index.ts";
import { type Postgres, startPostgres } from "../testing/postgres.ts";
import { createRecorder, type Recorder, useAsyncContext } from "../testing/recorder.ts";
import { startVectorServer, type VectorServer } from "../testing/vector-server.ts";

useAsyncContext();

interface Store {
  readonly instrumentation: (options: InstrumentationOptions) => LibraryInstrumentation<InstrumentationOptions>;
  readonly module: unknown;
  readonly system: string;
  readonly dataSource: string;
  readonly search: () => Promise<unknown>;
  /** A search that fails. */
  readonly fail: () => Promise<unknown>;
  /** Text that is searched for, if it is text. */
  readonly query?: string;
}

let server: VectorServer;
let postgres: Postgres;
let pool: pg.Pool;

const nearestTo = "SELECT id, content, embedding <-> $1 AS distance FROM passages ORDER BY distance LIMIT $2";

/** By the name of the library and of what is called. */
const stores: Readonly<Record<string, Store>> = {
  "Qdrant query": {
    instrumentation: (options) => new QdrantInstrumentation(options),
    module: qdrant,
    system: "qdrant",
    dataSource: "manual",
    search: () =>
      new qdrant.QdrantClient({ url: server.url, checkCompatibility: false }).query("manual", {
        query: [1, 0],
        limit: 2,
        with_payload: true,
      }),
    fail: () =>
      new qdrant.QdrantClient({ url: server.url, checkCompatibility: false }).query("broken", { query: [1, 0] }),
  },
  "Pinecone query": {
    instrumentation: (options) => new PineconeInstrumentation(options),
    module: pinecone,
    system: "pinecone",
    dataSource: "manual",
    search: () =>
      new pinecone.Pinecone({ apiKey: "unused" })
        .index({ name: "manual", host: server.url })
        .query({ vector: [1, 0], topK: 2, includeMetadata: true }),
    fail: () =>
      new pinecone.Pinecone({ apiKey: "unused", maxRetries: 0 })
        .index({ name: "manual", host: `${server.url}/broken` })
        .query({ vector: [1, 0], topK: 2 }),
  },
  "Pinecone searchRecords": {
    instrumentation: (options) => new PineconeInstrumentation(options),
    module: pinecone,
    system: "pinecone",
    dataSource: "manual",
    query: "which button?",
    search: () =>
      new pinecone.Pinecone({ apiKey: "unused" })
        .index({ name: "manual", host: server.url })
        .searchRecords({ query: { topK: 2, inputs: { text: "which button?" } } }),
    fail: () =>
      new pinecone.Pinecone({ apiKey: "unused", maxRetries: 0 })
        .index({ name: "manual", host: `${server.url}/broken` })
        .searchRecords({ query: { topK: 2, inputs: { text: "which button?" } } }),
  },
  "Chroma query": {
    instrumentation: (options) => new ChromaInstrumentation(options),
    module: chroma,
    system: "chroma",
    dataSource: "manual",
    query: "which button?",
    search: async () => (await chromaCollection()).query({ queryTexts: ["which button?"], nResults: 2 }),
    fail: async () => (await chromaCollection()).query({ queryTexts: [], nResults: 2 }),
  },
  "Elasticsearch knn": {
    instrumentation: (options) => new ElasticsearchInstrumentation(options),
    module: elastic,
    system: "elasticsearch",
    dataSource: "manual",
    search: () =>
      new elastic.Client({ node: server.url }).search({
        index: "manual",
        knn: { field: "embedding", query_vector: [1, 0], k: 2, num_candidates: 10 },
      }),
    fail: () =>
      new elastic.Client({ node: server.url, maxRetries: 0 }).search({
        index: "broken",
        knn: { field: "embedding", query_vector: [1, 0], k: 2, num_candidates: 10 },
      }),
  },
  "pgvector through pg": {
    instrumentation: (options) => new PgInstrumentation(options),
    module: pg,
    system: "postgresql",
    dataSource: "passages",
    search: async () => (await pool.query(nearestTo, ["[1,0]", 2])).rows,
    fail: async () => pool.query(nearestTo.replace("passages", "nowhere"), ["[1,0]", 2]),
  },
};

async function chromaCollection(): Promise<chroma.Collection> {
  const { hostname, port } = new URL(server.url);
  const client = new chroma.ChromaClient({ host: hostname, port: Number(port), ssl: false });
  const embeddingFunction = { generate: async (texts: string[]) => texts.map(() => [1, 0]) };
  return client.getOrCreateCollection({ name: "manual", embeddingFunction });
}

async function thrown(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return { value: await run() };
  } catch (error) {
    return [(error as object).constructor.name, (error as Error).name];
  }
}

describe("vector stores", () => {
  let recorder: Recorder;
  let on: LibraryInstrumentation<InstrumentationOptions> | undefined;

  function instrument(store: Store, options: InstrumentationOptions = {}): void {
    on?.disable();
    on = store.instrumentation({ ...options, enabled: false });
    on.setTracerProvider(recorder.tracerProvider);
    on.instrumentModule(store.module);
  }

  before(async () => {
    [server, postgres] = await Promise.all([startVectorServer(), startPostgres()]);
    pool = new pg.Pool({ host: "127.0.0.1", port: postgres.port, user: "postgres", database: "postgres", max: 1 });
  });
  after(async () => {
    on?.disable();
    await pool.end();
    await Promise.all([server.close(), postgres.close()]);
  });
  beforeEach(() => {
    recorder = createRecorder();
  });

  for (const [name, store] of Object.entries(stores)) {
    it(`${name}: the same result, and one retrieval`, async () => {
      on?.disable();
      const plain = await store.search();
      instrument(store);
      assert.deepEqual(await store.search(), plain);
      assert.deepEqual(
        recorder.spans.map((span) => span.name),
        [`retrieval ${store.dataSource}`],
      );
      const { attributes, status } = recorder.spans[0]!;
      assert.equal(attributes["gen_ai.operation.name"], "retrieval");
      assert.equal(attributes["db.system.name"], store.system);
      assert.equal(attributes["gen_ai.data_source.id"], store.dataSource);
      assert.equal(attributes["gen_ai.retrieval.top_k"], 2);
      assert.equal(attributes["genscope.retrieval.count"], 2);
      assert.equal(status.code, 0);
      assert.doesNotMatch(JSON.stringify(attributes), /button/u, "content that nobody asked for");
    });

    it(`${name}: query, ids, scores and texts where content is captured`, async () => {
      instrument(store, { capture: "spans" });
      await store.search();
      const { attributes } = recorder.spans[0]!;
      assert.equal(attributes["gen_ai.retrieval.query.text"], store.query);
      const documents = JSON.parse(String(attributes["gen_ai.retrieval.documents"])) as Record<string, unknown>[];
      assert.equal(documents.length, 2);
      assert.equal(documents[0]?.["id"], "reset");
      assert.equal(typeof documents[0]?.["score"], "number");
      assert.match(String(documents[0]?.["content"]), /Hold the button/u);
    });

    it(`${name}: a failure is the library's own, and told`, async () => {
      on?.disable();
      const plain = await thrown(store.fail);
      instrument(store);
      assert.deepEqual(await thrown(store.fail), plain);
      assert.equal(recorder.spans.length, 1);
      assert.equal(typeof recorder.spans[0]?.attributes["error.type"], "string");
    });
  }

  it("leaves other queries of pg alone, and keeps callbacks", async () => {
    instrument(stores["pgvector through pg"]!);
    const { rows } = await pool.query("SELECT count(*) AS n FROM passages WHERE id < 'z'");
    assert.deepEqual(rows, [{ n: "2" }]);
    assert.deepEqual(recorder.spans, []);
    const client = await pool.connect();
    const found = await new Promise((resolve, reject) => {
      client.query(nearestTo, ["[0,1]", 1], (error: Error | null, result) =>
        error === null || error === undefined ? resolve(result.rows[0]) : reject(error),
      );
    });
    client.release();
    assert.equal((found as { id: string }).id, "light");
    assert.deepEqual(
      recorder.spans.map(({ attributes }) => attributes["gen_ai.retrieval.top_k"]),
      [1],
    );
  });

  it("leaves other searches of Elasticsearch alone", async () => {
    instrument(stores["Elasticsearch knn"]!);
    await new elastic.Client({ node: server.url }).search({ index: "manual", query: { match_all: {} }, size: 1 });
    assert.deepEqual(recorder.spans, []);
  });
});
