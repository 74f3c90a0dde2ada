import type { ClickHouseClient, ClickHouseSettings } from "@clickhouse/client";
import type { Bindings } from "./bindings.ts";

/** Read-only sessions, and an end to what takes too long. */
export const readOnly = { readonly: "1", max_execution_time: 30 } as const;

/** Rows of a query, 64-bit integers as decimal strings. */
export async function rowsOf<Row>(
  client: ClickHouseClient,
  query: string,
  bindings: Bindings,
  settings: ClickHouseSettings = {},
): Promise<Row[]> {
  const answer = await client.query({
    query,
    query_params: bindings.params,
    format: "JSONEachRow",
    clickhouse_settings: { ...settings, ...readOnly },
  });
  return answer.json<Row>();
}
