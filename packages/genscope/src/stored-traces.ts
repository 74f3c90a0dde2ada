import { Option } from "commander";
import type { GenscopeClient } from "@genscope/server/client";

/** Which of the stored traces. */
export interface TraceRange {
  readonly from?: string;
  readonly to?: string;
  readonly trace?: readonly string[];
  readonly service?: string;
}

/** The options of every command that goes through stored traces. */
export function rangeOptions(): Option[] {
  return [
    new Option("--from <time>", "start of the range, RFC 3339 (default: everything)"),
    new Option("--to <time>", "end of the range"),
    new Option("--trace <id...>", "only these traces"),
    new Option("--service <name>", "only traces with this service"),
  ];
}

/** A stored trace as OTLP/JSON, one request a line. */
export interface StoredTrace {
  readonly spans: string;
  /** Log records with its id, if there are any. */
  readonly logs: string | undefined;
}

async function storedTrace(client: GenscopeClient, traceId: string): Promise<StoredTrace> {
  const [spans = "", logs] = (await client.traceOtlp(traceId, "all")).trimEnd().split("\n");
  return { spans, logs };
}

/** The traces of a range, oldest first. */
export async function* storedTraces(client: GenscopeClient, range: TraceRange): AsyncGenerator<StoredTrace, void> {
  if (range.trace !== undefined) {
    for (const traceId of range.trace) yield await storedTrace(client, traceId);
    return;
  }
  let cursor: string | null | undefined;
  do {
    const page = await client.traces({
      from: range.from ?? "1970-01-01T00:00:00Z",
      order: "asc",
      limit: 500,
      ...(range.to === undefined ? {} : { to: range.to }),
      ...(range.service === undefined ? {} : { service: range.service }),
      ...(cursor === undefined || cursor === null ? {} : { cursor }),
    });
    for (const { traceId } of page.traces) yield await storedTrace(client, traceId);
    cursor = page.next;
  } while (cursor !== null);
}
