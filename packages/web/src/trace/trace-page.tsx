import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { spanTypes } from "@genscope/semconv";
import {
  useCallback,
  useEffect,
  useEffectEvent,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent as ReactKeyboardEvent,
  type ReactElement,
} from "react";
import { traceQuery } from "../api/queries.ts";
import { ApiFailure } from "../api/request.ts";
import { SpanPanel } from "../span/span-panel.tsx";
import { isPageKey } from "../ui/keyboard.ts";
import { setPreference, usePreference } from "../ui/preference.ts";
import { Sheet } from "../ui/sheet.tsx";
import { Splitter } from "../ui/splitter.tsx";
import { Bone, ErrorState } from "../ui/states.tsx";
import { useNarrow } from "../ui/use-media.ts";
import { useNow } from "../ui/use-now.ts";
import { useSize } from "../ui/use-size.ts";
import { formatZoom, parseZoom, type Zoom } from "../url/trace-search.ts";
import { findRows, hitFrom } from "./find.ts";
import { clampView } from "./layout.ts";
import { hasFlag, rowFlag, rowOfSpan, spanIdOf, type TraceModel } from "./model.ts";
import { Overview } from "./overview.tsx";
import { closedAncestors, isOpen, keptRows, nextRow, visibleRows, type Openness } from "./rows.ts";
import { TraceHeader } from "./trace-header.tsx";
import { traceCommand } from "./trace-keys.ts";
import { TraceToolbar } from "./trace-toolbar.tsx";
import { TraceTree, type TreeHandle } from "./trace-tree.tsx";
import { useTraceSearch } from "./use-trace-search.ts";

export function TracePage(): ReactElement {
  const { traceId } = useParams({ from: "/trace/$traceId" });
  const trace = useQuery(traceQuery(traceId.toLowerCase()));
  if (trace.data !== undefined && trace.data.rowCount > 0) return <TraceView key={traceId} model={trace.data} />;
  if (trace.isError) {
    const unknown = trace.error instanceof ApiFailure && trace.error.status === 404;
    return (
      <ErrorState
        title={unknown ? "This trace is not here" : "The trace could not be read"}
        error={
          unknown
            ? `No span of trace ${traceId} is stored. It may be past its retention, or its spans may not have arrived yet.`
            : trace.error
        }
        onRetry={() => void trace.refetch()}
      />
    );
  }
  return <TraceBones />;
}

function TraceView({ model }: { model: TraceModel }): ReactElement {
  const { search, settled, patch } = useTraceSearch();
  const narrow = useNarrow();
  const now = useNow(30_000);
  const tree = useRef<TreeHandle>(null);
  const findInput = useRef<HTMLInputElement>(null);

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
  const hits = useMemo(() => findRows(model, find), [model, find]);
  const hitSet = useMemo(() => new Set(hits), [hits]);

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
  const shown = settled.span === undefined ? -1 : rowOfSpan(model, settled.span);

  /** Selects a row, opening what hides it, and brings it into view. */
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

  useReveal(tree, rows, selected);
  const positionOf = (row: number): number => rows.indexOf(row);

  const stepRows = (by: number): void => {
    const at = selected < 0 ? (by > 0 ? -1 : rows.length) : positionOf(selected);
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
  const kept = (row: number): boolean => keep === undefined || keep[row] !== 0;

  const onKey = useEffectEvent((event: KeyboardEvent): void => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && (event.key === "f" || event.key === "b")) {
      event.preventDefault();
      findInput.current?.select();
      return;
    }
    if (!isPageKey(event)) return;
    const command = traceCommand(event, view, bounds);
    if (command === undefined) return;
    if (command.do === "open" && event.target instanceof Element && event.target.closest("button, a") !== null) return;
    event.preventDefault();
    switch (command.do) {
      case "row":
        return stepRows(command.by);
      case "page":
        return tree.current?.page(command.by);
      case "step": {
        const range = tree.current?.window();
        if (range === undefined) return undefined;
        return tree.current?.reveal(
          command.by > 0 ? Math.min(rows.length - 1, range.last + 1) : Math.max(0, range.first - 1),
        );
      }
      case "error":
        return goTo(nextRow(model, selected, command.by, (row) => model.status[row] === 2 && kept(row)));
      case "tool": {
        const tool = spanTypes.indexOf("tool");
        return goTo(nextRow(model, selected, command.by, (row) => model.type[row] === tool && kept(row)));
      }
      case "hit":
        return nextHit(command.by);
      case "level": {
        const depth = Math.min(model.maxDepth + 1, openness.depth) + command.by;
        return patch({ depth: depth > model.maxDepth ? undefined : Math.max(1, depth), toggled: undefined });
      }
      case "all":
        return patch({ depth: command.open ? undefined : 1, toggled: undefined });
      case "view":
        return setView(command.view);
      case "whole":
        return patch({ zoom: undefined });
      case "find":
        return findInput.current?.select();
      case "open":
        return selected < 0 ? stepRows(1) : undefined;
      case "escape":
        if (search.find !== undefined) return patch({ find: undefined });
        if (search.span !== undefined) return patch({ span: undefined });
        return patch({ zoom: undefined, kind: undefined, errors: undefined });
    }
  });
  useEffect(() => {
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);

  /** In the tree itself the arrow keys are those of any tree. */
  const onTreeKey = (event: ReactKeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.target !== event.currentTarget)
      return;
    const handled = ((): boolean => {
      switch (event.key) {
        case "ArrowDown":
          stepRows(1);
          return true;
        case "ArrowUp":
          stepRows(-1);
          return true;
        case "ArrowRight":
          if (selected < 0) return false;
          if (model.childCount[selected]! > 0 && !isOpen(model, selected, openness)) toggle(selected);
          else stepRows(1);
          return true;
        case "ArrowLeft":
          if (selected < 0) return false;
          if (model.childCount[selected]! > 0 && isOpen(model, selected, openness)) toggle(selected);
          else goTo(model.parent[selected]!);
          return true;
        case "Home":
          goTo(rows[0] ?? -1);
          return true;
        case "End":
          goTo(rows.at(-1) ?? -1);
          return true;
        default:
          return false;
      }
    })();
    if (handled) event.preventDefault();
  };

  const close = (): void => {
    patch({ span: undefined });
    tree.current?.focus();
  };
  const panelRow = shown >= 0 && !hasFlag(model, shown, rowFlag.missing) ? shown : -1;
  const panel =
    panelRow < 0 ? null : (
      <SpanPanel
        model={model}
        row={panelRow}
        tab={search.tab ?? "content"}
        onTab={(tab) => patch({ tab: tab === "content" ? undefined : tab })}
        onSelect={goTo}
        onClose={close}
      />
    );
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <TraceHeader model={model} nowMs={now} />
      <Overview model={model} view={view} selected={selected} onView={setView} />
      <TraceToolbar
        model={model}
        search={search}
        patch={patch}
        findInput={findInput}
        hitCount={hits.length}
        hitAt={hits.indexOf(selected)}
        zoomed={view.to - view.from < (bounds.to - bounds.from) * 0.9995 ? view : undefined}
        onNextHit={nextHit}
        onFindEscape={() => {
          patch({ find: undefined });
          tree.current?.focus();
        }}
      />
      <SideBySide panel={narrow ? null : panel}>
        <TraceTree
          ref={tree}
          model={model}
          rows={rows}
          openness={openness}
          keep={keep}
          hits={hitSet}
          find={find}
          view={view}
          selected={selected}
          onSelect={goTo}
          onToggle={toggle}
          onView={setView}
          onTreeKey={onTreeKey}
        />
      </SideBySide>
      {narrow ? (
        <Sheet bare open={panel !== null} onClose={close} title="Span">
          {panel}
        </Sheet>
      ) : null}
    </div>
  );
}

function SideBySide({ children, panel }: { children: ReactElement; panel: ReactElement | null }): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const chosen = Number(usePreference("panel-width"));
  const usual = Math.round(Math.min(620, Math.max(380, width * 0.4)));
  const most = Math.max(320, width - 420);
  const panelWidth = Math.min(most, chosen > 0 ? chosen : usual);
  return (
    <div ref={box} className="flex min-h-0 flex-1">
      {children}
      {panel === null ? null : (
        <>
          <Splitter
            label="Width of the span panel"
            value={panelWidth}
            min={320}
            max={most}
            usual={usual}
            grows={false}
            onChange={(value) => setPreference("panel-width", String(value))}
          />
          <aside aria-label="Span" className="flex min-h-0 shrink-0 flex-col bg-surface" style={{ width: panelWidth }}>
            {panel}
          </aside>
        </>
      )}
    </div>
  );
}

/** Brings the selected row into view when it is another one, not when the reader has scrolled away from it. */
function useReveal(tree: { current: TreeHandle | null }, rows: Int32Array, selected: number): void {
  const [first, setFirst] = useState(true);
  useEffect(() => {
    if (selected < 0) {
      setFirst(false);
      return;
    }
    const position = rows.indexOf(selected);
    if (position >= 0) tree.current?.reveal(position, first ? "center" : "auto");
    setFirst(false);
    // Rows change when a trace grows or a subtree closes; that alone moves nobody.
  }, [selected, tree]);
}

function TraceBones(): ReactElement {
  return (
    <div role="status" aria-label="Loading trace" className="flex-1 bg-surface p-4">
      <Bone className="h-5 w-64" />
      <Bone className="mt-3 h-3.5 w-96 max-w-full" />
      <Bone className="mt-4 h-12 w-full" />
      <div className="mt-6 space-y-3">
        {[0, 1, 2, 2, 3, 2, 1, 2, 3, 3].map((depth, i) => (
          // Stand-ins have no identity.
          <div key={i} className="flex gap-4">
            <span className="w-2/5" style={{ paddingLeft: depth * 16 }}>
              <Bone className="h-3.5" />
            </span>
            <span className="flex-1" style={{ paddingLeft: `${i * 6}%` }}>
              <Bone className="h-3.5 w-1/3" />
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}
