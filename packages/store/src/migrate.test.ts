import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { migrate, SchemaError, splitStatements } from "./migrate.ts";
import type { Migration } from "./migrate.ts";
import { openTestStore } from "./testing/index.ts";
import type { TestStore } from "./testing/index.ts";

describe("migrations", () => {
  let test: TestStore;
  let applied: Migration[];
  before(async () => {
    test = await openTestStore();
    const rows = await test.rows<{ name: string }>("SELECT name FROM schema_migrations ORDER BY name");
    // with statements that would fail: what was applied is not run again
    applied = rows.map(({ name }) => ({ name, sql: "BROKEN" }));
  });
  after(() => test[Symbol.asyncDispose]());

  it("one that was interrupted is run again from its first statement", async () => {
    const first = "CREATE TABLE IF NOT EXISTS extra (a UInt8) ENGINE = MergeTree ORDER BY a;";
    const half: Migration = { name: "9001-extra.sql", sql: `${first}\nALTER TABLE no_such_table ADD COLUMN b UInt8;` };
    await assert.rejects(migrate(test.store.client, [...applied, half]), /no_such_table/);
    await migrate(test.store.client, [
      ...applied,
      { name: half.name, sql: `${first}\nALTER TABLE extra ADD COLUMN IF NOT EXISTS b UInt8;` },
    ]);
    assert.equal((await test.rows("DESCRIBE TABLE extra")).length, 2);
  });

  it("a store written by a newer version is refused, and says what to do", async () => {
    await migrate(test.store.client, [...applied, { name: "9001-extra.sql", sql: "" }]);
    await assert.rejects(
      migrate(test.store.client, applied),
      (error) => error instanceof SchemaError && /newer Genscope .*9001-extra\.sql.*upgrade/.test(error.message),
    );
  });

  it("statements end at a semicolon at the end of a line, and comments alone are none", () => {
    assert.deepEqual(splitStatements("-- a; b\nSELECT ';';\n\n-- only this\n;\nSELECT 2"), [
      "-- a; b\nSELECT ';'",
      "SELECT 2",
    ]);
  });

  it("the engine keeps no logs of its own", async () => {
    await test.store.client.command({ query: "SYSTEM FLUSH LOGS" }).catch(() => {});
    assert.deepEqual(
      await test.rows("SELECT name FROM system.tables WHERE database = 'system' AND name LIKE '%\\_log'"),
      [],
    );
  });
});
