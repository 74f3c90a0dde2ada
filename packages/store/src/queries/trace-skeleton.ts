import type { ClickHouseClient } from "@clickhouse/client";
import type { SpanType } from "@genscope/semconv";
import { json } from "node:stream/consumers";
import { readOnly } from "./run.ts";
import { spanInHours, withHours } from "./trace-hours.ts";
import { traceSummaries } from "./trace-summaries.ts";
import type { TraceSummary } from "./trace-summaries.ts";

/** More spans than this are counted, not listed. */
export const maxSkeletonSpans = 200_000;

/** A trace without its bodies, in columns. Field for field the API's `traceSkeleton`. */
export interface TraceSkeleton {
  traceId: string;
  summary: TraceSummary;
  totalSpans: number;
  startUnixNano: string;
  services: string[];
  names: string[];
  labels: string[];
  spans: {
    id: string[];
    parent: number[];
    missingParents: Record<string, string>;
    name: number[];
    service: number[];
    type: SpanType[];
    kind: number[];
    status: number[];
    start: number[];
    duration: number[];
    label: number[];
    inputTokens: (number | null)[];
    outputTokens: (number | null)[];
    documents: (number | null)[];
    events: number[];
    links: number[];
  };
}

/** Words, each once, found again by their index. */
class Dictionary {
  readonly words: string[] = [];
  readonly #index = new Map<string, number>();
  add(word: string): number {
    let index = this.#index.get(word);
    if (index === undefined) {
      index = this.words.length;
      this.#index.set(word, index);
      this.words.push(word);
    }
    return index;
  }
}

/** `JSONCompactColumns`: one array per column of the SELECT, in its order. */
type Columns = [
  id: string[],
  parent: string[],
  name: string[],
  service: string[],
  type: SpanType[],
  kind: number[],
  status: number[],
  start: string[],
  duration: string[],
  label: string[],
  input: (string | null)[],
  output: (string | null)[],
  documents: (string | null)[],
  events: number[],
  links: number[],
];

async function readColumns(client: ClickHouseClient, traceId: string): Promise<Columns> {
  const id = "toFixedString(unhex({traceId:String}), 16)";
  // the client's own query() knows no format of columns
  const { stream } = await client.exec({
    // a span that ends before it starts has not ended: some SDKs send running spans so
    query: `
      ${withHours(id)}
      SELECT
        lower(hex(span_id)),
        if(parent_span_id = unhex('0000000000000000'), '', lower(hex(parent_span_id))),
        name, service_name, span_type, kind, status_code,
        toString(start_unix_nano - hours.3),
        if(end_unix_nano = 0, '-1', toString(greatest(toInt64(end_unix_nano - start_unix_nano), 0))),
        multiIf(
          span_type IN ('model', 'embedding', 'rerank'), if(response_model != '', response_model, request_model),
          span_type = 'tool', tool_name,
          span_type IN ('agent', 'workflow'), agent_name,
          span_type = 'retrieval', if(data_source_id != '', data_source_id, request_model),
          ''),
        input_tokens, output_tokens, document_count, length(event_times), length(link_trace_ids)
      FROM spans
      WHERE ${spanInHours} AND trace_id = ${id}
      ORDER BY start_unix_nano, received_at, span_id
      LIMIT 1 BY span_id
      LIMIT ${maxSkeletonSpans}
      FORMAT JSONCompactColumns`,
    query_params: { traceId },
    clickhouse_settings: readOnly,
  });
  return (await json(stream)) as Columns;
}

function numbersOf(texts: readonly (string | null)[]): (number | null)[] {
  return texts.map((text) => (text === null ? null : Number(text)));
}

/** Undefined if no span of the trace is stored. `traceId` is hex. */
export async function traceSkeleton(client: ClickHouseClient, traceId: string): Promise<TraceSkeleton | undefined> {
  const [[summary], columns] = await Promise.all([traceSummaries(client, [traceId]), readColumns(client, traceId)]);
  if (summary === undefined) return undefined;
  const [
    id,
    parentId,
    name,
    service,
    type,
    kind,
    status,
    start,
    duration,
    label,
    input,
    output,
    documents,
    events,
    links,
  ] = columns;
  const index = new Map(id.map((spanId, i) => [spanId, i]));
  const missingParents: Record<string, string> = {};
  const parent = parentId.map((spanId, i) => {
    if (spanId === "") return -1;
    const at = index.get(spanId);
    // a span that is its own parent has none
    if (at !== undefined && at !== i) return at;
    missingParents[i] = spanId;
    return -2;
  });
  const names = new Dictionary();
  const services = new Dictionary();
  const labels = new Dictionary();
  return {
    traceId,
    summary,
    totalSpans: Math.max(summary.spanCount, id.length),
    startUnixNano: summary.startUnixNano,
    spans: {
      id,
      parent,
      missingParents,
      name: name.map((word) => names.add(word)),
      service: service.map((word) => services.add(word)),
      type,
      kind,
      status,
      start: start.map(Number),
      duration: duration.map(Number),
      label: label.map((word) => (word === "" ? -1 : labels.add(word))),
      inputTokens: numbersOf(input),
      outputTokens: numbersOf(output),
      documents: numbersOf(documents),
      events: events.map(Number),
      links: links.map(Number),
    },
    names: names.words,
    services: services.words,
    labels: labels.words,
  };
}
