import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as lancedb from "@lancedb/lancedb";
import * as elastic from "@elastic/elasticsearch";
import * as opensearch from "@opensearch-project/opensearch";
import * as pg from "pg";
import { ElasticsearchInstrumentation } from "../elasticsearch/index.ts";
import type { InstrumentationOptions } from "../instrumentation.ts";
import { LanceDbInstrumentation } from "../lancedb/index.ts";
import { OpenSearchInstrumentation } from "../opensearch/index.ts";
import { PgInstrumentation } from "../pg/index.ts";
import { createRecorder, type Recorder, useAsyncContext } from "../testing/recorder.ts";
import { vectorStores } from "../testing/stores/index.ts";
import { startPostgres } from "../testing/stores/postgres.ts";
import type { OpenStore, VectorStore } from "../testing/stores/store.ts";
import { startVectorServer } from "../testing/stores/vector-server.ts";

useAsyncContext();

const undo: (() => void)[] = [];

function instrument(
  { instrumentation: create, module }: Pick<VectorStore, "instrumentation" | "module">,
  options: InstrumentationOptions = {},
): Recorder {
  const recorder = createRecorder();
  const instrumentation = create({ ...options, enabled: false });
  instrumentation.setTracerProvider(recorder.tracerProvider);
  instrumentation.instrumentModule(module);
  undo.push(() => instrumentation.disable());
  return recorder;
}

function restore(): void {
  for (const step of undo.splice(0)) step();
}

async function thrown(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return { value: await run() };
  } catch (error) {
    return [(error as object).constructor.name, (error as Error).name];
  }
}

afterEach(restore);

for (const store of vectorStores) {
  describe(`${store.library} ${store.version}, ${store.call}`, () => {
    let opened: OpenStore;
    before(async () => {
      opened = await store.open();
    });
    after(async () => {
      await opened[Symbol.asyncDispose]();
    });

    it("the same result, and one retrieval", async () => {
      const plain = await opened.search();
      const recorder = instrument(store);
      assert.deepEqual(await opened.search(), plain);
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
      assert.equal(attributes["server.address"], store.isEmbedded === true ? undefined : "127.0.0.1");
      assert.equal(typeof attributes["server.port"], store.isEmbedded === true ? "undefined" : "number");
      assert.equal(status.code, 0);
      assert.doesNotMatch(JSON.stringify(attributes), /button/u, "content that nobody asked for");
    });

    it("query, ids, scores and texts where content is captured", async () => {
      const recorder = instrument(store, { capture: "spans" });
      await opened.search();
      const { attributes } = recorder.spans[0]!;
      assert.equal(attributes["gen_ai.retrieval.query.text"], store.query);
      const documents = JSON.parse(String(attributes["gen_ai.retrieval.documents"])) as Record<string, unknown>[];
      assert.equal(documents.length, 2);
      const reset = documents.find(({ id }) => id === "reset");
      assert.equal(typeof reset?.["score"], "number");
      assert.match(String(reset?.["content"]), /Hold the button/u);
    });

    it("a failure is the library's own, and told", async () => {
      const plain = await thrown(() => opened.fail());
      const recorder = instrument(store);
      assert.deepEqual(await thrown(() => opened.fail()), plain);
      assert.equal(recorder.spans.length, 1);
      assert.equal(typeof recorder.spans[0]?.attributes["error.type"], "string");
    });

    it("nothing is left once it is switched off", async () => {
      const recorder = instrument(store);
      restore();
      await opened.search();
      assert.deepEqual(recorder.spans, []);
    });
  });
}

describe("other calls", () => {
  it("leaves other queries of pg alone, and keeps callbacks", async () => {
    await using postgres = await startPostgres();
    const client = new pg.Client({ host: "127.0.0.1", port: postgres.port, user: "postgres", database: "postgres" });
    await client.connect();
    const recorder = instrument({ instrumentation: (options) => new PgInstrumentation(options), module: pg });
    const { rows } = await client.query("SELECT count(*) AS n FROM passages WHERE id < 'z'");
    assert.deepEqual(rows, [{ n: "2" }]);
    assert.deepEqual(recorder.spans, []);
    const nearestTo = "SELECT id FROM passages ORDER BY embedding <-> $1 LIMIT $2";
    const found = await new Promise((resolve, reject) => {
      client.query(nearestTo, ["[0,1]", 1], (error: Error | null, result) =>
        error === null || error === undefined ? resolve(result.rows[0]) : reject(error),
      );
    });
    await client.end();
    assert.deepEqual(found, { id: "light" });
    assert.deepEqual(
      recorder.spans.map(({ attributes }) => attributes["gen_ai.retrieval.top_k"]),
      [1],
    );
  });

  it("knows the tables of a LanceDB whose functions and connections were there before", async () => {
    await using directory = await mkdtempDisposable(join(tmpdir(), "genscope-lance-"));
    // bound before, as `import { connect }` is
    const { connect } = lancedb;
    const table = await (await connect(directory.path)).createTable("before", [{ id: "a", vector: [1, 0] }]);
    const recorder = instrument({ instrumentation: (options) => new LanceDbInstrumentation(options), module: lancedb });
    await table.vectorSearch([1, 0]).limit(1).toArray();
    assert.deepEqual(
      recorder.spans.map(({ name }) => name),
      ["retrieval before"],
    );
  });

  it("leaves other searches of Elasticsearch alone", async () => {
    await using server = await startVectorServer();
    const recorder = instrument({
      instrumentation: (options) => new ElasticsearchInstrumentation(options),
      module: elastic,
    });
    await new elastic.Client({ node: server.url }).search({ index: "manual", query: { match_all: {} }, size: 1 });
    assert.deepEqual(recorder.spans, []);
  });

  it("OpenSearch keeps callbacks, and what can be aborted", async () => {
    await using server = await startVectorServer();
    const recorder = instrument({
      instrumentation: (options) => new OpenSearchInstrumentation(options),
      module: opensearch,
    });
    const client = new opensearch.Client({ node: server.url });
    const search = { index: "manual", body: { query: { knn: { embedding: { vector: [1, 0], k: 1 } } } } };
    const status = await new Promise((resolve, reject) => {
      client.search(search, (error: Error | null, result: { statusCode: unknown }) =>
        error === null || error === undefined ? resolve(result.statusCode) : reject(error),
      );
    });
    assert.equal(status, 200);
    const running = client.search(search);
    running.abort();
    await assert.rejects(async () => running, { name: "RequestAbortedError" });
    await client.search({ index: "manual", body: { query: { match_all: {} } } });
    assert.deepEqual(
      recorder.spans.map(({ attributes }) => attributes["error.type"]),
      [undefined, "RequestAbortedError"],
    );
  });
});
