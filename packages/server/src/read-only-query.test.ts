import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { aTraceRequest } from "@genscope/otlp/testing";
import { openTestStore } from "@genscope/store/testing";
import type { TestStore } from "@genscope/store/testing";
import { ApiFailure } from "./api-failure.ts";
import { runReadOnly } from "./read-only-query.ts";

const canary = "canary-in-a-file";

describe("read-only SQL", () => {
  let test: TestStore;
  let dir: string;
  let file: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "genscope-query-"));
    file = join(dir, "secret");
    await writeFile(file, `${canary}\n`);
    test = await openTestStore();
    await test.load(
      Signal.traces,
      aTraceRequest({ spans: [{ name: "a", attributes: { "gen_ai.request.model": "m" } }, { name: "b" }] }),
    );
  });
  after(async () => {
    await test[Symbol.asyncDispose]();
    await rm(dir, { recursive: true, force: true });
  });

  async function ask(sql: string, format: "json" | "csv" | "table" = "csv"): Promise<string> {
    return (await runReadOnly(test.store.client, { sql, format })).text();
  }

  /** Fails unless the query is refused by its code. */
  async function refused(sql: string, code = "query-refused"): Promise<void> {
    await assert.rejects(ask(sql), (error: unknown) => {
      assert.ok(error instanceof ApiFailure, `${sql}: ${String(error)}`);
      assert.equal(error.code, code, `${sql}: ${error.message}`);
      assert.ok(!error.message.includes(canary), sql);
      return true;
    });
  }

  it("refuses functions and table functions that read files or reach other machines", async () => {
    for (const sql of [
      `SELECT file('${file}')`,
      `SELECT FILE('${file}')`,
      `SELECT \`file\`('${file}')`,
      `SELECT "file"('${file}')`,
      `SELECT file/**/('${file}')`,
      `SELECT file -- )\n ('${file}')`,
      `SELECT * FROM file('${file}', LineAsString)`,
      `SELECT * FROM numbers(1) AS n, file('${file}', LineAsString) AS f`,
      `SELECT 1 FROM spans JOIN file('${file}', LineAsString) AS f ON true`,
      `WITH x AS (SELECT file('${file}') AS y) SELECT y FROM x`,
      `SELECT (SELECT file('${file}'))`,
      `SELECT 1 UNION ALL SELECT length(file('${file}'))`,
      `SELECT arrayMap(x -> file(x), ['${file}'])`,
      `SELECT arrayMap(file, ['${file}'])`,
      `WITH file AS f SELECT arrayMap(f, ['${file}'])`,
      `SELECT * APPLY(file) FROM (SELECT '${file}' AS a)`,
      `SELECT * APPLY(x -> file(x)) FROM (SELECT '${file}' AS a)`,
      `SELECT a FROM (SELECT '${file}' AS a) ORDER BY file(a)`,
      `SELECT * FROM view(SELECT file('${file}'))`,
      `SELECT 1 WHERE '${canary}' IN (SELECT file('${file}'))`,
      `DESCRIBE file('${file}')`,
      `EXPLAIN SYNTAX SELECT file('${file}')`,
      `EXPLAIN PLAN actions = 1 SELECT file('${file}')`,
      `DESCRIBE (SELECT file('${file}'))`,
      `SELECT * FROM loop(file('${file}', LineAsString))`,
      "SELECT * FROM url('http://127.0.0.1:1/x', LineAsString)",
      "SELECT * FROM URL('http://127.0.0.1:1/x', LineAsString)",
      "SELECT * FROM urlCluster('c', 'http://127.0.0.1:1/x', LineAsString)",
      "SELECT * FROM remote('127.0.0.1:1', system.one)",
      "SELECT * FROM remoteSecure('127.0.0.1:1', system.one)",
      "SELECT * FROM s3('http://127.0.0.1:1/b/k', CSV)",
      "SELECT * FROM s3Cluster('c', 'http://127.0.0.1:1/b/k', CSV)",
      "SELECT * FROM azureBlobStorage('a', 'b', 'c')",
      "SELECT * FROM hdfs('hdfs://127.0.0.1:1/x', CSV)",
      "SELECT * FROM mysql('127.0.0.1:1', 'd', 't', 'u', 'p')",
      "SELECT * FROM postgresql('127.0.0.1:1', 'd', 't', 'u', 'p')",
      "SELECT * FROM mongodb('127.0.0.1:1', 'd', 't', 'u', 'p')",
      "SELECT * FROM redis('127.0.0.1:1', 'k', 'k String')",
      "SELECT * FROM sqlite('x.db', 't')",
      "SELECT * FROM odbc('DSN=x', 't')",
      "SELECT * FROM jdbc('jdbc:x', 't')",
      "SELECT * FROM executable('id', CSV, 'x String')",
      "SELECT * FROM iceberg('http://127.0.0.1:1/x')",
      "SELECT * FROM deltaLake('http://127.0.0.1:1/x')",
      "SELECT * FROM cluster('c', system.one)",
      "SELECT * FROM merge('default', '.*')",
      "SELECT * FROM input('x String')",
      "SELECT * FROM dictionary('d')",
      "SELECT * FROM filesystem('/')",
      "EXPLAIN TABLE OVERRIDE mysql('127.0.0.1:1', 'd', 't', 'u', 'p') COLUMNS (a Int8)",
      "SELECT dictGet('d', 'a', 1)",
      "SELECT joinGet('d.t', 'a', 1)",
      "SELECT catboostEvaluate('/x', 1)",
      "SELECT aiGenerate('x')",
      "SELECT AIGenerate('x')",
    ]) {
      await refused(sql);
    }
  });

  it("refuses files under the guise of tables", async () => {
    for (const sql of [
      `SELECT * FROM default.\`${file}\``,
      `SELECT * FROM "default"."${file}"`,
      `SELECT * FROM numbers(1) JOIN default.\`${file}\` AS f ON true`,
      `SELECT '${canary}' IN default.\`${file}\``,
      `SELECT '${canary}' IN (default.\`${file}\`)`,
      `SELECT '${canary}' NOT IN \`default\`.\`${file}\``,
      `SELECT '${canary}' AS \`a\n in\` WHERE \`a\n in\` IN default.\`${file}\``,
      `DESCRIBE default.\`${file}\``,
      `EXISTS default.\`${file}\``,
      `SHOW CREATE TABLE default.\`${file}\``,
      `SHOW COLUMNS FROM \`${file}\` FROM default`,
      `SHOW INDEXES FROM \`${file}\` FROM default`,
      "SHOW TABLES FROM default",
      "SELECT * FROM `default.x`",
    ]) {
      await refused(sql);
    }
    // in the store's own database a name is a table's
    await refused(`SELECT * FROM \`${file}\``, "invalid-query");
  });

  it("refuses INTO OUTFILE, wherever it stands", async () => {
    const out = join(dir, "out");
    for (const sql of [
      `SELECT 1 INTO OUTFILE '${out}'`,
      `SELECT 1 INTO/**/OUTFILE '${out}' TRUNCATE FORMAT CSV`,
      `SELECT 1 UNION ALL SELECT 2 INTO OUTFILE '${out}' APPEND`,
      `EXPLAIN SELECT 1 INTO OUTFILE '${out}'`,
      `(SELECT 1) INTO OUTFILE '${out}'`,
    ]) {
      await refused(sql);
    }
    assert.equal(existsSync(out), false);
  });

  it("runs one statement, and nothing that comes after it", async () => {
    for (const sql of [
      `SELECT 1; SELECT file('${file}')`,
      "SELECT 1; DROP TABLE spans",
      "SELECT 1; SET readonly = 0",
      "SELECT 1;;SELECT 2",
      "SELECT 1 /* */; /* */ SELECT 2",
      "EXPLAIN SELECT 1; SELECT 2",
    ]) {
      await refused(sql, "invalid-query");
    }
    await refused("INSERT INTO spans VALUES (1); SELECT 2");
    await refused("INSERT INTO spans FORMAT CSV 1; SELECT 2");
    assert.equal(await ask("SELECT 1 AS x;"), '"x"\n1\n');
    assert.equal(await ask("SELECT 1 AS x; -- that is all"), '"x"\n1\n');
    assert.equal(await ask("SELECT ';' AS x -- ; SELECT 2"), '"x"\n";"\n');
    assert.equal(await ask("SELECT 1 AS x /* unlike this; */"), '"x"\n1\n');
    assert.equal(await ask("SELECT $$a;b$$ AS x"), '"x"\n"a;b"\n');
  });

  it("refuses whatever is no question", async () => {
    for (const sql of [
      "DROP TABLE spans",
      "TRUNCATE TABLE spans",
      "INSERT INTO spans SELECT * FROM spans",
      "INSERT INTO FUNCTION file('x') SELECT 1",
      "ALTER TABLE spans DELETE WHERE 1",
      "DELETE FROM spans WHERE 1",
      "UPDATE spans SET name = '' WHERE 1",
      "CREATE TABLE x (a Int8) ENGINE = Memory",
      "CREATE TEMPORARY TABLE x (a Int8)",
      "CREATE FUNCTION f AS x -> x",
      "CREATE DATABASE x",
      "ATTACH TABLE x",
      "DETACH TABLE spans",
      "RENAME TABLE spans TO x",
      "OPTIMIZE TABLE spans",
      "SYSTEM SHUTDOWN",
      "KILL QUERY WHERE 1",
      "SET readonly = 0",
      "USE default",
      "BACKUP TABLE spans TO File('x')",
      "GRANT ALL ON *.* TO x",
      "EXECUTE AS x SELECT 1",
      "SELECT 1 PARALLEL WITH SELECT 2",
      "SELECT 1 PARALLEL WITH DROP TABLE spans",
      "EXPLAIN INSERT INTO spans SELECT * FROM spans",
      "SHOW PROCESSLIST",
      "SHOW SETTINGS LIKE 'max%'",
      "SHOW GRANTS",
      "CHECK TABLE spans",
    ]) {
      await refused(sql);
    }
    const [{ count }] = JSON.parse(await ask("SELECT count() AS count FROM spans", "json")).data as [{ count: string }];
    assert.equal(count, "2");
  });

  it("refuses to change settings, to read other queries' parameters, and system tables about the machine", async () => {
    for (const sql of [
      "SELECT 1 SETTINGS readonly = 0",
      "SELECT 1 SETTINGS max_execution_time = 0, max_result_rows = 0",
      "SELECT * FROM (SELECT 1 SETTINGS max_memory_usage = 0)",
      "SELECT * FROM spans settings max_threads = 64",
      "SELECT {p0:String}",
      "SELECT * FROM {p0:Identifier}",
      "SELECT * FROM system.processes",
      "SELECT * FROM `system`.`settings`",
      "SELECT * FROM system.users",
      "SELECT * FROM system.stack_trace",
      "SELECT 'x' IN system.users",
      "SELECT * FROM numbers(1) JOIN system.server_settings ON true",
      "SELECT * FROM `system.users`",
    ]) {
      await refused(sql);
    }
  });

  it("says of a query it cannot read where it cannot be read", async () => {
    await assert.rejects(ask("SELECT FROM WHERE"), (error: ApiFailure) => {
      assert.equal(error.code, "invalid-query");
      assert.match(error.message, /Syntax error/);
      assert.doesNotMatch(error.message, /formatQuery/);
      return true;
    });
    await refused("SELECT no_such_column FROM spans", "invalid-query");
    await refused("SELECT * FROM no_such_table", "invalid-query");
    await refused("SELECT 1 FORMAT CSV", "invalid-query");
    await refused("SELECT 'unfinished", "invalid-query");
    await refused("SELECT 1 /* unfinished", "invalid-query");
  });

  it("answers what analysts ask", async () => {
    for (const sql of [
      "SELECT name, count() FROM spans GROUP BY name ORDER BY 2 DESC",
      "select NAME from (select name as NAME from spans)",
      "FROM spans SELECT name",
      "(SELECT 1)",
      "SELECT 1 UNION ALL SELECT 2",
      "SELECT 1 EXCEPT SELECT 2",
      "SELECT arrayJoin([1, 2, 3]) AS x",
      "SELECT name, e FROM spans ARRAY JOIN event_names AS e",
      "SELECT name, row_number() OVER (PARTITION BY trace_id ORDER BY start_unix_nano ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM spans",
      "SELECT name, lagInFrame(name, 1) OVER w FROM spans WINDOW w AS (ORDER BY start_unix_nano)",
      "SELECT quantiles(0.5, 0.9)(duration_nano), quantileExact(0.99)(duration_nano) FROM spans",
      "WITH slow AS (SELECT * FROM spans WHERE duration_nano > 5) SELECT count() FROM slow",
      "WITH RECURSIVE t AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM t WHERE x < 5) SELECT * FROM t",
      "SELECT sumIf(input_tokens, model = 'gpt-4o') FROM spans",
      "SELECT * FROM numbers(5)",
      "SELECT toStartOfHour(now()) + INTERVAL number HOUR FROM numbers(24)",
      "SELECT * FROM generate_series(1, 5)",
      "SELECT * FROM generateRandom('a Int8', 1) LIMIT 2",
      "SELECT * FROM VALUES('a Int8, b String', (1, 'x'))",
      "SELECT * FROM view(SELECT 1 AS x)",
      "SELECT * FROM format(JSONEachRow, '{\"a\": 1}')",
      "SELECT a.name FROM spans AS a JOIN spans AS b USING (trace_id) WHERE a.span_id != b.span_id",
      "SELECT name FROM spans WHERE resource_id IN (SELECT resource_id FROM resources)",
      "SELECT name FROM spans WHERE name IN ('a', 'b') LIMIT 1 BY trace_id",
      "SELECT string_attributes['gen_ai.request.model'] AS model, mapKeys(int_attributes) FROM spans",
      "SELECT arrayMap(x -> upper(x), mapKeys(string_attributes)) FROM spans",
      "SELECT * EXCEPT (name) REPLACE (1 AS kind) APPLY(toString) FROM spans",
      "SELECT COLUMNS('_tokens$') FROM spans",
      "SELECT 'SELECT 1; DROP TABLE x -- INTO OUTFILE file(''x'') SETTINGS a = 1 FROM default.x {p0:String}' AS x",
      'SELECT name AS `file(x)`, name AS "it\'s; odd" FROM spans',
      "SELECT string_attributes['url.full'] AS url, provider AS system, name AS input FROM spans ORDER BY url, input",
      "SELECT '漢字', 'back\\\\slash', 'it''s', 'nul\\0' FROM spans",
      "SELECT TraceId, SpanName, Duration FROM otel_traces WHERE SpanAttributes['x'] = '' LIMIT 5",
      "SELECT count() FROM genscope.otel_traces",
      "SELECT * FROM otel_logs LIMIT 1",
      "SELECT * FROM otel_metrics_gauge LIMIT 1",
      "SELECT kind FROM spans FINAL PREWHERE kind = 1 WHERE 1 ORDER BY kind WITH FILL LIMIT 5 OFFSET 0",
      "SELECT name, count() FROM spans GROUP BY name WITH ROLLUP HAVING count() > 0",
      "SELECT CAST(1 AS Nullable(Int8)), 1::String, toDate('2026-01-01'), DATE '2026-01-01'",
      "SELECT CASE WHEN 1 THEN 'a' ELSE 'b' END, 1 BETWEEN 0 AND 2, NOT 1, -1, 1 = 1 ? 2 : 3",
      "SHOW TABLES",
      "SHOW TABLES LIKE 'otel%'",
      "SHOW DATABASES",
      "SHOW COLUMNS FROM spans",
      "SHOW CREATE TABLE spans",
      "SHOW CREATE VIEW otel_traces",
      "DESCRIBE spans",
      "DESCRIBE TABLE otel_traces",
      "EXISTS spans",
      "EXPLAIN SELECT * FROM spans",
      "EXPLAIN indexes = 1 SELECT * FROM spans WHERE name = 'x'",
      "EXPLAIN AST SELECT 1",
      "EXPLAIN PIPELINE SELECT count() FROM spans",
      "SELECT name, total_rows FROM system.tables WHERE database = currentDatabase()",
      "SELECT name, type FROM system.columns WHERE table = 'spans'",
      "SELECT sum(bytes_on_disk) FROM system.parts",
      "SELECT table_name FROM information_schema.tables",
      "SELECT table_name FROM INFORMATION_SCHEMA.TABLES",
    ]) {
      await assert.doesNotReject(ask(sql), sql);
    }
  });

  it("answers as JSON, CSV and a table", async () => {
    const { meta, data, rows } = JSON.parse(
      await ask("SELECT toUInt64(18446744073709551615) AS n, 'x' AS s", "json"),
    ) as {
      meta: unknown;
      data: unknown;
      rows: number;
    };
    assert.deepEqual(
      { meta, data, rows },
      {
        meta: [
          { name: "n", type: "UInt64" },
          { name: "s", type: "String" },
        ],
        data: [{ n: "18446744073709551615", s: "x" }],
        rows: 1,
      },
    );
    assert.equal(await ask("SELECT 1 AS n, 'a\"b' AS s", "csv"), '"n","s"\n1,"a""b"\n');
    assert.match(await ask("SELECT 1 AS n", "table"), /│ 1 │/);
  });

  it("answers with at most 10,000 rows", async () => {
    const answer = JSON.parse(await ask("SELECT number FROM numbers(200000)", "json")) as Record<string, number>;
    assert.equal(answer["rows"], 10_000);
    assert.equal((await ask("SELECT number FROM numbers(200000) LIMIT 3", "csv")).split("\n").length, 5);
    // a bound on what is shown, not on what is counted
    assert.equal(await ask("SELECT count() AS n FROM (SELECT number FROM numbers(200000))"), '"n"\n200000\n');
  });

  it("opens no connection while it judges a query", async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    try {
      await refused(`SELECT * FROM url('http://127.0.0.1:${port}/x', LineAsString)`);
      await refused(`SELECT 1; SELECT * FROM url('http://127.0.0.1:${port}/x', LineAsString)`, "invalid-query");
      await refused(`DESCRIBE url('http://127.0.0.1:${port}/x')`);
    } finally {
      server.close();
    }
    assert.equal(connections, 0);
  });
});
