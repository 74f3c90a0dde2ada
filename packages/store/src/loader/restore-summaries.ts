import type { ClickHouseClient } from "@clickhouse/client";
import type { Position } from "@genscope/journal";

const facts =
  "trace_id, parent_span_id, flags, name, kind, service_name, span_type, start_unix_nano, end_unix_nano, status_code, " +
  "request_model, response_model, received_at";

/**
 * Makes the summaries and windows anew of every trace with spans at `from` or after. The engine stores a block's spans before what its views make of them, so that
 * spans it has when it dies may lack the rest. What is made twice is deleted first: this may be interrupted and run again until `from` moves on.
 */
export async function restoreSummaries(client: ClickHouseClient, from: Position): Promise<void> {
  const touched = "trace_id IN (SELECT trace_id FROM spans WHERE journal_position >= {from:UInt64})";
  await Promise.all(
    ["trace_summaries", "trace_windows"].map((table) =>
      client.command({
        query: `DELETE FROM ${table} WHERE ${touched}`,
        query_params: { from },
        clickhouse_settings: { lightweight_deletes_sync: "1" },
      }),
    ),
  );
  await client.command({
    query: `INSERT INTO span_facts (${facts}, input_tokens, output_tokens)
      SELECT ${facts}, counted_input_tokens, counted_output_tokens FROM spans WHERE ${touched}`,
    query_params: { from },
  });
}
