import { many, number, one } from "./query-string.ts";

/** The tabs of the span panel that every kind has; the first is the kind's own body. */
export const spanTabs = ["content", "attributes", "events", "links", "resource", "logs", "raw"] as const;
export type SpanTab = (typeof spanTabs)[number];

/** Everything the trace page is, as its address says it. */
export interface TraceSearch {
  /** The selected span's id. */
  span?: string;
  tab?: SpanTab;
  /** The stretch in view, in nanoseconds after the trace's start: `from_to`. */
  zoom?: string;
  /** Levels that are open, counted from the roots; absent means all. */
  depth?: number;
  /** Ids of the rows that are not as `depth` says. */
  toggled?: string[];
  find?: string;
  /** Kinds to keep, with their ancestors. */
  kind?: string[];
  /** Keep spans that failed, with their ancestors. */
  errors?: boolean;
}

/** Takes what it understands of an address and drops the rest. */
export function parseTraceSearch(raw: Record<string, unknown>): TraceSearch {
  const search: TraceSearch = {};
  const span = one(raw, "span");
  if (span !== undefined && /^[0-9a-f]{16}$/.test(span)) search.span = span;
  const tab = spanTabs.find((name) => name === one(raw, "tab"));
  if (tab !== undefined && tab !== "content") search.tab = tab;
  const zoom = one(raw, "zoom");
  if (zoom !== undefined && parseZoom(zoom) !== undefined) search.zoom = zoom;
  const depth = number(raw, "depth");
  if (depth !== undefined && Number.isInteger(depth) && depth >= 1) search.depth = depth;
  const toggled = many(raw, "toggled").flatMap((text) => text.split(","));
  const known = [...new Set(toggled)].filter((id) => /^[0-9a-f]{16}$/.test(id));
  if (known.length > 0) search.toggled = known;
  const find = one(raw, "find");
  if (find !== undefined) search.find = find.slice(0, 500);
  const kind = many(raw, "kind");
  if (kind.length > 0) search.kind = kind;
  if (one(raw, "errors") === "true" || raw["errors"] === true) search.errors = true;
  return search;
}

export interface Zoom {
  readonly from: number;
  readonly to: number;
}

export function parseZoom(text: string): Zoom | undefined {
  const match = /^(-?\d{1,18})_(-?\d{1,18})$/.exec(text);
  if (match === null) return undefined;
  const from = Number(match[1]);
  const to = Number(match[2]);
  return to > from ? { from, to } : undefined;
}

export function formatZoom(zoom: Zoom): string {
  return `${Math.floor(zoom.from)}_${Math.ceil(zoom.to)}`;
}
