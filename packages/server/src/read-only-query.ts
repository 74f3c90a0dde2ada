import type { ClickHouseClient } from "@clickhouse/client";
import { z } from "@hono/zod-openapi";
import { ApiFailure } from "./api-failure.ts";
import { guardQuery } from "./guard-query.ts";

export const queryBody = z.object({
  sql: z.string().min(1).max(100_000).openapi({ description: "One statement in the ClickHouse dialect" }),
  format: z
    .enum(["json", "csv", "table"])
    .default("json")
    .openapi({ description: "`json` (ClickHouse's JSON), `csv` (with names), or `table` for a terminal" }),
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

/** A parser's message without the query of ours that asked the parser. */
function aboutTheQuery(message: string): string {
  return message.replace(/:? In scope SELECT formatQuerySingleLine\(.*$/s, "");
}

/** Runs somebody's SQL where nothing can be written, within bounds of time, rows and memory. */
export async function runReadOnly(
  client: ClickHouseClient,
  { sql, format }: z.infer<typeof queryBody>,
): Promise<Response> {
  try {
    const query = await guardQuery(client, sql);
    if (/\bFORMAT \w+$/.test(query)) {
      throw new ApiFailure(400, "invalid-query", 'leave FORMAT out of the query and say "format": json, csv or table');
    }
    const { stream } = await client.exec({
      query: `${query}\nFORMAT ${formats[format]}`,
      clickhouse_settings: {
        readonly: "1",
        max_execution_time: maxSeconds,
        // the bound on results counts blocks of rows: it only ends what LIMIT does not
        limit: String(maxRows),
        max_result_rows: String(maxRows),
        max_result_bytes: String(maxBytes),
        result_overflow_mode: "break",
      },
    });
    const chunks: Buffer[] = [];
    for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
    return new Response(Buffer.concat(chunks), { headers: { "content-type": contentTypes[format] } });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    // an engine that is away has no ClickHouse code, which is a number
    if (code === undefined || !/^\d+$/.test(code)) throw error;
    throw new ApiFailure(400, "invalid-query", aboutTheQuery(message), { cause: error });
  }
}
