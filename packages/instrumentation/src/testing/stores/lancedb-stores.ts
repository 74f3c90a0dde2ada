import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as lancedb from "@lancedb/lancedb";
import { LanceDbInstrumentation } from "../../lancedb/index.ts";
import { documents } from "./documents.ts";
import type { VectorStore } from "./store.ts";

type Search = (table: lancedb.Table, vector: number[]) => Promise<unknown>;

const searches: Readonly<Record<string, readonly [search: Search, query?: string]>> = {
  "query().nearestTo().toArray()": [
    async (table, vector) => plain(await table.query().nearestTo(vector).limit(2).toArray()),
  ],
  "vectorSearch().toArrow()": [async (table, vector) => plain(await table.vectorSearch(vector).limit(2).toArrow())],
  "search() batch by batch": [
    async (table, vector) => {
      const rows: unknown[] = [];
      for await (const batch of table.search(vector).limit(2)) rows.push(plain(batch));
      return rows;
    },
  ],
  "full text": [
    async (table, vector) =>
      plain(
        vector.length === 2
          ? await table.search("the box button", "fts").limit(2).toArray()
          : await table.search("the box button", "fts", "nowhere").toArray(),
      ),
    "the box button",
  ],
};

/** Rows, batches and tables of Arrow are views of memory: as what they say. */
function plain(found: unknown): unknown {
  return JSON.parse(JSON.stringify(found)) as unknown;
}

function store(call: string, search: Search, query: string | undefined): VectorStore {
  return {
    library: "@lancedb/lancedb",
    version: "0.39",
    call,
    module: lancedb,
    instrumentation: (options) => new LanceDbInstrumentation(options),
    system: "lancedb",
    dataSource: "manual",
    isEmbedded: true,
    ...(query === undefined ? {} : { query }),
    async open() {
      const directory = await mkdtemp(join(tmpdir(), "genscope-lance-"));
      // as it is to an application that imports it after the instrumentation
      const { connect, Index } = (lancedb as unknown as { default: typeof lancedb }).default;
      const rows = documents.map(({ id, text, vector }) => ({ id, text, vector: [...vector] }));
      const filled = await (await connect(directory)).createTable("manual", rows);
      await filled.createIndex("text", { config: Index.fts() });
      const run = async (vector: number[]): Promise<unknown> => {
        const { default: exported } = lancedb as unknown as { default: typeof lancedb };
        const table = await (await exported.connect(directory)).openTable("manual");
        return search(table, vector);
      };
      return {
        search: () => run([1, 0]),
        fail: () => run([1, 0, 0]),
        [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
      };
    },
  };
}

export const lanceDbStores: readonly VectorStore[] = Object.entries(searches).map(([call, [search, query]]) =>
  store(call, search, query),
);
