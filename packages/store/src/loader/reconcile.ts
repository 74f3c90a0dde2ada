import type { ClickHouseClient } from "@clickhouse/client";
import type { Position } from "@genscope/journal";
import type { IdWindow } from "./id-window.ts";

/** Ids asked for at a start; older re-sends are left to the table's own replacing. */
const maxIds = 500_000;
const idBytes = 24;
const fromStore = { readonly: "1" } as const;

/** Journal positions from `from` on whose rows the tables have already. */
export interface StoredPositions {
  readonly spans: ReadonlySet<Position>;
  readonly logs: ReadonlySet<Position>;
  readonly points: ReadonlySet<Position>;
  /** The last of them; -1 if there is none. */
  readonly last: Position;
}

async function positions(client: ClickHouseClient, table: string, from: Position): Promise<Set<Position>> {
  const answer = await client.query({
    query:
      "SELECT DISTINCT toString(journal_position) AS position FROM {table:Identifier} WHERE journal_position >= {from:UInt64}",
    query_params: { table, from },
    format: "JSONEachRow",
    clickhouse_settings: fromStore,
  });
  return new Set((await answer.json<{ position: string }>()).map(({ position }) => Number(position)));
}

/**
 * Asks the tables what they have, at a start and whenever it is not certain what became of an insert. All rows of a record arrived at one moment, lie in one
 * partition and were inserted by one statement: a record is there whole or not at all. What the views make of spans may be missing (see restore-summaries.ts).
 */
export async function storedPositions(client: ClickHouseClient, from: Position): Promise<StoredPositions> {
  const spans = await positions(client, "spans", from);
  const logs = await positions(client, "logs", from);
  const points = await positions(client, "metric_points", from);
  let last = -1;
  for (const found of [spans, logs, points]) for (const position of found) last = Math.max(last, position);
  return { spans, logs, points, last };
}

/** Fills the window with the ids of the spans stored last, oldest first. */
export async function fillWindow(client: ClickHouseClient, window: IdWindow): Promise<void> {
  window.clear();
  const { stream } = await client.exec({
    query: `
      SELECT trace_id, span_id
      FROM (SELECT trace_id, span_id, journal_position FROM spans ORDER BY journal_position DESC LIMIT ${maxIds})
      ORDER BY journal_position
      FORMAT RowBinary`,
    clickhouse_settings: fromStore,
  });
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (; at + idBytes <= data.length; at += idBytes) window.add(data, at, at + 16);
    rest = data.subarray(at);
  }
}
