import * as pg from "pg";
import { PgInstrumentation } from "../../pg/index.ts";
import { startPostgres } from "./postgres.ts";
import type { VectorStore } from "./store.ts";

const nearestTo = "SELECT id, content, embedding <-> $1 AS distance FROM passages ORDER BY distance LIMIT $2";

export const postgresStores: readonly VectorStore[] = [
  {
    library: "pg",
    version: "8",
    call: "query with pgvector",
    module: pg,
    instrumentation: (options) => new PgInstrumentation(options),
    system: "postgresql",
    dataSource: "passages",
    async open() {
      const postgres = await startPostgres();
      const pool = new pg.Pool({
        host: "127.0.0.1",
        port: postgres.port,
        user: "postgres",
        database: "postgres",
        max: 1,
      });
      return {
        search: async () => (await pool.query(nearestTo, ["[1,0]", 2])).rows as unknown,
        fail: () => pool.query(nearestTo.replace("passages", "nowhere"), ["[1,0]", 2]),
        async [Symbol.asyncDispose]() {
          await pool.end();
          await postgres.close();
        },
      };
    },
  },
];
