import type { ClickHouseClient } from "@clickhouse/client";
import { Bindings } from "./bindings.ts";
import { rowsOf } from "./run.ts";
import { failed, filterSql } from "./trace-filter.ts";
import type { TraceFilter } from "./trace-filter.ts";

export const facetNames = [
  "service",
  "name",
  "status",
  "operation",
  "provider",
  "model",
  "agent",
  "tool",
  "spanType",
] as const;
export type FacetName = (typeof facetNames)[number];

export interface Facets {
  facets: Record<FacetName, { value: string; count: number }[]>;
  total: number;
  histogram: { fromUnixNano: string; stepNano: number; counts: number[]; errors: number[] };
}

const maxValues = 50;
const slices = 60;

const spanFacets = {
  name: "name",
  operation: "operation",
  provider: "provider",
  model: "if(response_model != '', response_model, request_model)",
  agent: "agent_name",
  tool: "tool_name",
  spanType: "span_type",
} as const;

interface Counted {
  value: string;
  count: string;
}

function toCounts(rows: readonly Counted[]): { value: string; count: number }[] {
  return rows.map(({ value, count }) => ({ value, count: Number(count) }));
}

/** The filter without one of its parts: a facet shows what else could be chosen. */
function without(filter: TraceFilter, facet: FacetName): TraceFilter {
  const { [facet]: _, ...rest } = filter;
  return rest;
}

function matching(where: string, having: string): string {
  return `
    SELECT trace_id, min(t.start_unix_nano) AS started, max(t.end_unix_nano) AS ended, argMinMerge(t.head) AS head, sum(t.error_count) AS errors
    FROM trace_summaries AS t WHERE ${where} GROUP BY trace_id${having === "" ? "" : ` HAVING ${having}`}`;
}

async function serviceFacet(client: ClickHouseClient, filter: TraceFilter): Promise<Counted[]> {
  const bind = new Bindings();
  const { where, having } = await filterSql(client, without(filter, "service"), bind);
  const scope = having === "" ? where : `${where} AND trace_id IN (SELECT trace_id FROM (${matching(where, having)}))`;
  return rowsOf(
    client,
    `SELECT arrayJoin(mapKeys(service_spans)) AS value, uniq(trace_id) AS count FROM trace_summaries AS t WHERE ${scope}
     GROUP BY value ORDER BY count DESC, value LIMIT ${maxValues}`,
    bind,
  );
}

async function statusFacet(client: ClickHouseClient, filter: TraceFilter): Promise<Counted[]> {
  const bind = new Bindings();
  const { where, having } = await filterSql(client, without(filter, "status"), bind);
  return rowsOf(
    client,
    `SELECT if(${failed}, 'error', 'ok') AS value, count() AS count FROM (${matching(where, having)}) GROUP BY value ORDER BY value`,
    bind,
  );
}

async function spanFacet(
  client: ClickHouseClient,
  filter: TraceFilter,
  facet: keyof typeof spanFacets,
): Promise<Counted[]> {
  const bind = new Bindings();
  const { where, having } = await filterSql(client, without(filter, facet), bind);
  const from = bind.add("UInt64", String(filter.fromNano));
  const to = bind.add("UInt64", String(filter.toNano));
  const isFiltered = having !== "" || where.includes("trace_id") || where.includes("service_spans");
  const scope = isFiltered
    ? `AND trace_id IN (${having === "" ? `SELECT trace_id FROM trace_summaries WHERE ${where}` : `SELECT trace_id FROM (${matching(where, having)})`})`
    : "";
  return rowsOf(
    client,
    `SELECT toString(${spanFacets[facet]}) AS value, uniq(trace_id) AS count FROM spans
     WHERE intDiv(start_unix_nano, 3600000000000) BETWEEN intDiv(${from}, 3600000000000) AND intDiv(${to}, 3600000000000)
       AND start_unix_nano >= ${from} AND start_unix_nano < ${to} AND value != '' ${scope}
     GROUP BY value ORDER BY count DESC, value LIMIT ${maxValues}`,
    bind,
  );
}

async function histogram(client: ClickHouseClient, filter: TraceFilter): Promise<Pick<Facets, "total" | "histogram">> {
  const bind = new Bindings();
  const { where, having } = await filterSql(client, filter, bind);
  const stepNano = (filter.toNano - filter.fromNano) / BigInt(slices) || 1n;
  const from = bind.add("Int64", String(filter.fromNano));
  const step = bind.add("Int64", String(stepNano));
  const rows = await rowsOf<{ slice: string; count: string; errors: string }>(
    client,
    `SELECT toString(intDiv(toInt64(started) - ${from}, ${step})) AS slice, count() AS count, countIf(${failed}) AS errors
     FROM (${matching(where, having)}) GROUP BY slice`,
    bind,
  );
  const counts = Array.from({ length: slices }, () => 0);
  const errors = Array.from({ length: slices }, () => 0);
  let total = 0;
  for (const row of rows) {
    total += Number(row.count);
    const slice = Math.min(Number(row.slice), slices - 1);
    if (slice < 0) continue;
    counts[slice] = counts[slice]! + Number(row.count);
    errors[slice] = errors[slice]! + Number(row.errors);
  }
  return { total, histogram: { fromUnixNano: String(filter.fromNano), stepNano: Number(stepNano), counts, errors } };
}

/** Values to filter by with the number of traces that have them, and how the traces lie in time. */
export async function traceFacets(client: ClickHouseClient, filter: TraceFilter): Promise<Facets> {
  const names = Object.keys(spanFacets) as (keyof typeof spanFacets)[];
  const [service, status, rest, ...spans] = await Promise.all([
    serviceFacet(client, filter),
    statusFacet(client, filter),
    histogram(client, filter),
    ...names.map((name) => spanFacet(client, filter, name)),
  ]);
  const facets = { service: toCounts(service), status: toCounts(status) } as Facets["facets"];
  for (const [i, name] of names.entries()) facets[name] = toCounts(spans[i]!);
  return { facets, ...rest };
}
