import type { ClickHouseClient } from "@clickhouse/client";
import { Bindings } from "./bindings.ts";
import { rowsOf } from "./run.ts";

/** Names of all services that ever sent a span, log record or data point. */
export async function listServices(client: ClickHouseClient): Promise<string[]> {
  const rows = await rowsOf<{ name: string }>(
    client,
    "SELECT DISTINCT service_name AS name FROM resources WHERE service_name != '' ORDER BY name LIMIT 10000",
    new Bindings(),
  );
  return rows.map(({ name }) => name);
}

export interface TableSize {
  name: string;
  rows: number;
  bytesOnDisk: number;
}

export async function tableSizes(client: ClickHouseClient): Promise<TableSize[]> {
  const rows = await rowsOf<{ name: string; rows: string; bytes: string }>(
    client,
    `SELECT table AS name, sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts
     WHERE database = currentDatabase() AND active GROUP BY table ORDER BY table`,
    new Bindings(),
  );
  return rows.map(({ name, rows: count, bytes }) => ({ name, rows: Number(count), bytesOnDisk: Number(bytes) }));
}
