import { Readable } from "node:stream";
import type { ClickHouseClient } from "@clickhouse/client";
import type { Block } from "./block.ts";
import { logColumns } from "./log-rows.ts";
import { pointColumns } from "./point-rows.ts";
import type { RowWriter } from "./row-writer.ts";
import { resourceColumns, scopeColumns } from "./source-cache.ts";
import type { SpanRows } from "./span-rows.ts";

async function insert(
  client: ClickHouseClient,
  table: string,
  columns: string,
  rows: RowWriter,
  token?: string,
): Promise<void> {
  if (rows.length === 0) return;
  const { stream } = await client.exec({
    query: `INSERT INTO ${table} (${columns}) FORMAT RowBinary`,
    values: Readable.from([rows.bytes()], { objectMode: false }),
    clickhouse_settings: token === undefined ? {} : { insert_deduplication_token: token },
  });
  stream.resume();
}

/** Spans go column by column: the engine takes them for a fraction of what reading rows costs it (docs/adr/0006). */
async function insertSpans(client: ClickHouseClient, { table }: SpanRows, token: string): Promise<void> {
  if (table.rows === 0) return;
  const { stream } = await client.exec({
    query: `INSERT INTO spans (${table.names}) FORMAT Native`,
    values: Readable.from(table.bytes(), { objectMode: false }),
    clickhouse_settings: { insert_deduplication_token: token, optimize_on_insert: 0 },
  });
  stream.resume();
}

/**
 * Inserts a block. Sources go first, so that no span is ever without its resource; writing them twice does no harm. `token` names the journal range, by which
 * a server that is still busy with an earlier try leaves this one out.
 */
export async function insertBlock(client: ClickHouseClient, block: Block, token: string): Promise<void> {
  await insert(client, "resources", resourceColumns, block.sources.resourceRows);
  await insert(client, "scopes", scopeColumns, block.sources.scopeRows);
  await insertSpans(client, block.spanRows, `spans ${token}`);
  await insert(client, "logs", logColumns, block.logRows, `logs ${token}`);
  await insert(client, "metric_points", pointColumns, block.pointRows, `points ${token}`);
}
