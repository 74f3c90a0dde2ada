import type { ClickHouseClient } from "@clickhouse/client";
import { Bindings } from "./bindings.ts";
import { bigSets, rowsOf } from "./run.ts";
import { allOf, failed, filterSql, hasRange, prepareFilter, rowsBetween } from "./trace-filter.ts";
import type { PreparedFilter, TraceFilter } from "./trace-filter.ts";

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
function without(filter: PreparedFilter, facet: FacetName): PreparedFilter {
  const { [facet]: _, ...rest } = filter;
  return rest;
}

function rangeOf(filter: PreparedFilter, bind: Bindings): string[] {
  return hasRange(filter) ? [rowsBetween(filter.fromNano, filter.toNano, bind)] : [];
}

/** The merged summaries of the traces the filter lets through. */
function matching(filter: PreparedFilter, bind: Bindings): string {
  const { where, having } = filterSql(filter, bind);
  return `
    SELECT trace_id, min(t.start_unix_nano) AS started, max(t.end_unix_nano) AS ended, sum(t.error_count) AS errors
    FROM trace_summaries AS t WHERE ${allOf([...where, ...rangeOf(filter, bind)])} GROUP BY trace_id HAVING ${allOf(having)}`;
}

async function serviceFacet(client: ClickHouseClient, filter: PreparedFilter): Promise<Counted[]> {
  const bind = new Bindings();
  const others = without(filter, "service");
  const { where, having } = filterSql(others, bind);
  where.push(...rangeOf(others, bind));
  if (having.length > 0) where.push(`trace_id IN (SELECT trace_id FROM (${matching(others, bind)}))`);
  return rowsOf(
    client,
    `SELECT arrayJoin(mapKeys(service_spans)) AS value, uniq(trace_id) AS count FROM trace_summaries AS t WHERE ${allOf(where)}
     GROUP BY value ORDER BY count DESC, value LIMIT ${maxValues}`,
    bind,
    bigSets,
  );
}

async function statusFacet(client: ClickHouseClient, filter: PreparedFilter): Promise<Counted[]> {
  const bind = new Bindings();
  return rowsOf(
    client,
    `SELECT if(${failed}, 'error', 'ok') AS value, count() AS count FROM (${matching(without(filter, "status"), bind)}) GROUP BY value ORDER BY value`,
    bind,
    bigSets,
  );
}

async function spanFacet(
  client: ClickHouseClient,
  filter: PreparedFilter,
  facet: keyof typeof spanFacets,
): Promise<Counted[]> {
  const bind = new Bindings();
  const others = without(filter, facet);
  const { where, having } = filterSql(others, bind);
  const from = bind.add("UInt64", String(filter.fromNano));
  const to = bind.add("UInt64", String(filter.toNano));
  const conditions = [
    `intDiv(start_unix_nano, 3600000000000) BETWEEN intDiv(${from}, 3600000000000) AND intDiv(${to}, 3600000000000)`,
    `start_unix_nano >= ${from} AND start_unix_nano < ${to}`,
    "value != ''",
  ];
  if (where.length + having.length > 0)
    conditions.push(`trace_id IN (SELECT trace_id FROM (${matching(others, bind)}))`);
  return rowsOf(
    client,
    `SELECT toString(${spanFacets[facet]}) AS value, uniq(trace_id) AS count FROM spans
     WHERE ${allOf(conditions)}
     GROUP BY value ORDER BY count DESC, value LIMIT ${maxValues}`,
    bind,
    bigSets,
  );
}

async function histogram(
  client: ClickHouseClient,
  filter: PreparedFilter,
): Promise<Pick<Facets, "total" | "histogram">> {
  const bind = new Bindings();
  const stepNano = (filter.toNano - filter.fromNano) / BigInt(slices) || 1n;
  const from = bind.add("Int64", String(filter.fromNano));
  const step = bind.add("Int64", String(stepNano));
  const rows = await rowsOf<{ slice: string; count: string; errors: string }>(
    client,
    `SELECT toString(intDiv(toInt64(started) - ${from}, ${step})) AS slice, count() AS count, countIf(${failed}) AS errors
     FROM (${matching(filter, bind)}) GROUP BY slice`,
    bind,
    bigSets,
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
export async function traceFacets(client: ClickHouseClient, asked: TraceFilter): Promise<Facets> {
  const filter = await prepareFilter(client, asked);
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
