import { spanTypes } from "@genscope/semconv";
import { useCallback, useMemo } from "react";
import { formatZoom, parseZoom, type TraceSearch, type Zoom } from "../url/trace-search.ts";
import { findRows, hitFrom } from "./find.ts";
import { clampView } from "./layout.ts";
import { rowOfSpan, spanIdOf, type TraceModel } from "./model.ts";
import { closedAncestors, keptRows, visibleRows, type Openness } from "./rows.ts";
import { useTraceSearch, type PatchSearch } from "./use-trace-search.ts";

/** What the address means for this trace, and the ways to change it. */
export interface TraceView {
  readonly search: TraceSearch;
  readonly patch: PatchSearch;
  readonly openness: Openness;
  /** What filters leave: 2 for a match, 1 for an ancestor of one; undefined without filters. */
  readonly keep: Uint8Array | undefined;
  /** Rows on the page, top to bottom. */
  readonly rows: Int32Array;
  /** Rows that were searched for. */
  readonly hits: Int32Array;
  readonly find: string;
  /** The time of the whole trace, and what of it is in view. */
  readonly bounds: Zoom;
  readonly view: Zoom;
  /** Row of the selected span, -1 for none. */
  readonly selected: number;
  /** The same once it has settled: what is worth asking the server for. */
  readonly settled: number;
  readonly setView: (view: Zoom) => void;
  /** Selects a row, opening what hides it. */
  readonly goTo: (row: number) => void;
  readonly toggle: (row: number) => void;
  readonly step: (by: number) => void;
  readonly nextHit: (by: 1 | -1) => void;
}

export function useTraceView(model: TraceModel): TraceView {
  const { search, settled: settledSearch, patch } = useTraceSearch();
  const openness = useMemo<Openness>(
    () => ({
      depth: search.depth ?? Infinity,
      toggled: new Set((search.toggled ?? []).map((id) => rowOfSpan(model, id)).filter((row) => row >= 0)),
    }),
    [model, search.depth, search.toggled],
  );
  const kinds = search.kind?.join();
  const keep = useMemo(() => {
    const types = new Set((kinds?.split(",") ?? []).map((kind) => spanTypes.findIndex((type) => type === kind)));
    return keptRows(model, { types, errors: search.errors === true });
  }, [model, kinds, search.errors]);
  const rows = useMemo(() => visibleRows(model, openness, keep), [model, openness, keep]);
  const find = search.find ?? "";
  const hits = useMemo(() => {
    const found = findRows(model, find);
    return keep === undefined ? found : found.filter((row) => keep[row] !== 0);
  }, [model, find, keep]);

  const bounds = useMemo<Zoom>(() => ({ from: model.from, to: model.to }), [model.from, model.to]);
  const zoom = search.zoom === undefined ? undefined : parseZoom(search.zoom);
  const view = useMemo(
    () => (zoom === undefined ? bounds : clampView({ from: zoom.from, to: zoom.to }, bounds)),
    [zoom?.from, zoom?.to, bounds],
  );
  const setView = useCallback(
    (next: Zoom) => {
      const whole = next.to - next.from >= (bounds.to - bounds.from) * 0.9995;
      patch({ zoom: whole ? undefined : formatZoom(next) });
    },
    [patch, bounds],
  );

  const selected = search.span === undefined ? -1 : rowOfSpan(model, search.span);
  const settled = settledSearch.span === undefined ? -1 : rowOfSpan(model, settledSearch.span);

  const goTo = useCallback(
    (row: number): void => {
      if (row < 0) return;
      const closed = closedAncestors(model, row, openness);
      if (closed.length === 0) {
        patch({ span: spanIdOf(model, row) });
      } else {
        const toggled = new Set(openness.toggled);
        for (const ancestor of closed) if (!toggled.delete(ancestor)) toggled.add(ancestor);
        patch({ span: spanIdOf(model, row), toggled: [...toggled].map((at) => spanIdOf(model, at)) });
      }
    },
    [model, openness, patch],
  );
  const toggle = useCallback(
    (row: number): void => {
      if (model.childCount[row] === 0) return;
      const id = spanIdOf(model, row);
      const toggled = search.toggled ?? [];
      const next = toggled.includes(id) ? toggled.filter((other) => other !== id) : [...toggled, id];
      patch({ toggled: next.length === 0 ? undefined : next });
    },
    [model, patch, search.toggled],
  );

  const step = (by: number): void => {
    const at = selected < 0 ? (by > 0 ? -1 : rows.length) : rows.indexOf(selected);
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
    if (next !== undefined) goTo(next);
  };
  const nextHit = (by: 1 | -1): void => {
    if (hits.length === 0) return;
    const current = hits.indexOf(selected);
    const index =
      current >= 0
        ? (current + by + hits.length) % hits.length
        : hitFrom(hits, Math.max(0, selected)) + (by < 0 ? -1 : 0);
    goTo(hits[(index + hits.length) % hits.length] ?? -1);
  };
  return {
    search,
    patch,
    openness,
    keep,
    rows,
    hits,
    find,
    bounds,
    view,
    selected,
    settled,
    setView,
    goTo,
    toggle,
    step,
    nextHit,
  };
}
