import type { TraceFilter } from "@genscope/server/contract";
import { spanTypes } from "@genscope/semconv";
import { many, number, one } from "./query-string.ts";
import { defaultRange, lastMs, type TimeRange } from "./time-range.ts";

/** The facets of the sidebar, in their order. Each is a parameter of the API by the same name. */
export const facetNames = [
  "status",
  "service",
  "name",
  "spanType",
  "operation",
  "model",
  "provider",
  "agent",
  "tool",
] as const;
export type FacetName = (typeof facetNames)[number];

export const sortKeys = ["start", "duration", "spans", "errors", "tokens"] as const;
export type SortKey = (typeof sortKeys)[number];

/** Everything the list page is, as its address says it. Absent means the default. */
export interface ListSearch extends Partial<Record<FacetName, string[]>> {
  /** A relative range such as `1h`. */
  range?: string;
  /** A fixed range, in milliseconds since the epoch; both or none. */
  from?: number;
  to?: number;
  q?: string;
  attribute?: string[];
  conversation?: string;
  user?: string;
  minDurationMs?: number;
  maxDurationMs?: number;
  sort?: SortKey;
  order?: "asc";
  live?: boolean;
}

/** Takes what it understands of an address and drops the rest: an old link opens, whatever it says. */
export function parseListSearch(raw: Record<string, unknown>): ListSearch {
  const search: ListSearch = {};
  const range = one(raw, "range");
  if (range !== undefined && range !== defaultRange && lastMs(range) !== undefined) search.range = range;
  const from = number(raw, "from");
  const to = number(raw, "to");
  if (from !== undefined && to !== undefined && from < to) {
    delete search.range;
    search.from = from;
    search.to = to;
  }
  for (const facet of facetNames) {
    const values = many(raw, facet);
    if (values.length > 0) search[facet] = values;
  }
  // A trace has one status, and the API takes one.
  if (search.status !== undefined) {
    const status = search.status.find((value) => value === "error" || value === "ok");
    if (status === undefined) delete search.status;
    else search.status = [status];
  }
  const attribute = many(raw, "attribute").filter((filter) => filter.indexOf("=") > 0);
  if (attribute.length > 0) search.attribute = attribute;
  for (const key of ["q", "conversation", "user"] as const) {
    const value = one(raw, key);
    if (value !== undefined) search[key] = value.slice(0, 1000);
  }
  for (const key of ["minDurationMs", "maxDurationMs"] as const) {
    const value = number(raw, key);
    if (value !== undefined && value >= 0) search[key] = value;
  }
  const sort = sortKeys.find((key) => key === one(raw, "sort"));
  if (sort !== undefined && sort !== "start") search.sort = sort;
  if (one(raw, "order") === "asc") search.order = "asc";
  if (one(raw, "live") === "true" || raw["live"] === true) search.live = true;
  return search;
}

export function rangeOf(search: ListSearch): TimeRange {
  return search.from !== undefined && search.to !== undefined
    ? { fromMs: search.from, toMs: search.to }
    : { last: search.range ?? defaultRange };
}

/** Whether anything but the time range narrows the list. */
export function isFiltered(search: ListSearch): boolean {
  return (
    facetNames.some((facet) => search[facet] !== undefined) ||
    search.q !== undefined ||
    search.attribute !== undefined ||
    search.conversation !== undefined ||
    search.user !== undefined ||
    search.minDurationMs !== undefined ||
    search.maxDurationMs !== undefined
  );
}

/** Drops every filter, keeps the range and the order. */
export function withoutFilters(search: ListSearch): ListSearch {
  const { range, from, to, sort, order, live } = search;
  return parseListSearch({
    range,
    from,
    to,
    sort,
    order,
    live,
  });
}

/** Adds the value if it is not there, takes it away if it is. */
export function toggleFacet(search: ListSearch, facet: FacetName, value: string): ListSearch {
  const before = search[facet] ?? [];
  const without = before.filter((item) => item !== value);
  const values = without.length < before.length ? without : facet === "status" ? [value] : [...before, value];
  const next = { ...search, [facet]: values };
  if (values.length === 0) delete next[facet];
  return next;
}

/**
 * What a line typed into the search box means: a trace id is gone to, whenever it was; `key=value` is an attribute filter; anything
 * else is searched for.
 */
export function readSearchInput(text: string): { traceId: string } | { attribute: string } | { q: string } | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  if (/^[0-9a-f]{32}$/i.test(trimmed)) return { traceId: trimmed.toLowerCase() };
  const match = /^([A-Za-z_][\w.\-/]*)=(.*)$/.exec(trimmed);
  return match !== null && match[2] !== "" ? { attribute: trimmed } : { q: trimmed };
}

/** What the address asks of the API; the time range is added where the clock is known. */
export function toTraceFilter(search: ListSearch): Partial<TraceFilter> {
  const { q, conversation, user, minDurationMs, maxDurationMs, attribute } = search;
  const { service, name, operation, provider, model, agent, tool } = search;
  const status = (["error", "ok"] as const).find((known) => search.status?.includes(known) === true);
  const spanType = spanTypes.filter((type) => search.spanType?.includes(type) === true);
  return {
    ...(status !== undefined && { status }),
    ...(spanType.length > 0 && { spanType }),
    ...(service !== undefined && { service }),
    ...(name !== undefined && { name }),
    ...(operation !== undefined && { operation }),
    ...(provider !== undefined && { provider }),
    ...(model !== undefined && { model }),
    ...(agent !== undefined && { agent }),
    ...(tool !== undefined && { tool }),
    ...(attribute !== undefined && { attribute }),
    ...(q !== undefined && { q }),
    ...(conversation !== undefined && { conversation }),
    ...(user !== undefined && { user }),
    ...(minDurationMs !== undefined && { minDurationMs }),
    ...(maxDurationMs !== undefined && { maxDurationMs }),
  };
}
