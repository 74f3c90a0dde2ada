import type { ClickHouseClient } from "@clickhouse/client";
import { z } from "@hono/zod-openapi";
import { ApiFailure } from "./api-failure.ts";

export const queryBody = z.object({
  sql: z.string().min(1).max(100_000),
  format: z.enum(["json", "csv", "table"]).default("json"),
});

const formats = { json: "JSON", csv: "CSVWithNames", table: "PrettyCompactMonoBlock" } as const;
const contentTypes = {
  json: "application/json",
  csv: "text/csv; charset=utf-8",
  table: "text/plain; charset=utf-8",
} as const;
const maxRows = 10_000;
const maxBytes = 64 * 1024 * 1024;
const maxSeconds = 30;

/** Runs somebody's SQL where nothing can be written, within bounds of time, rows and memory. */
export async function runReadOnly(
  client: ClickHouseClient,
  guard: (sql: string) => Promise<void>,
  query: z.infer<typeof queryBody>,
): Promise<Response> {
  const sql = query.sql.trim().replace(/;+\s*$/, "");
  if (/\bFORMAT\s+\w+\s*$/i.test(sql)) {
    throw new ApiFailure(400, "invalid-query", 'leave FORMAT out of the query and say "format": json, csv or table');
  }
  try {
    await guard(sql);
    const { stream } = await client.exec({
      query: `${sql}\nFORMAT ${formats[query.format]}`,
      clickhouse_settings: {
        readonly: "1",
        max_execution_time: maxSeconds,
        max_result_rows: String(maxRows),
        max_result_bytes: String(maxBytes),
        result_overflow_mode: "break",
      },
    });
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
    return new Response(Buffer.concat(chunks), { headers: { "content-type": contentTypes[query.format] } });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    // an engine that is away has no ClickHouse code, which is a number
    if (code === undefined || !/^\d+$/.test(code)) throw error;
    throw new ApiFailure(400, "invalid-query", message, { cause: error });
  }
}
