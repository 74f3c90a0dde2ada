import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState, type ReactElement } from "react";
import { traceQuery } from "../api/queries.ts";
import { ApiError } from "@genscope/server/client";
import { SpanPanel } from "../span/span-panel.tsx";
import { setPreference, usePreference } from "../ui/preference.ts";
import { Sheet } from "../ui/sheet.tsx";
import { Splitter } from "../ui/splitter.tsx";
import { Bone, ErrorState } from "../ui/states.tsx";
import { useNarrow } from "../ui/use-media.ts";
import { useNow } from "../ui/use-now.ts";
import { useSize } from "../ui/use-size.ts";
import { hasFlag, rowFlag, type TraceModel } from "./model.ts";
import { Overview } from "./overview.tsx";
import { TraceHeader } from "./trace-header.tsx";
import { TraceToolbar } from "./trace-toolbar.tsx";
import { TraceTree, type TreeHandle } from "./trace-tree.tsx";
import { useTraceKeys } from "./use-trace-keys.ts";
import { useTraceView } from "./use-trace-view.ts";

export function TracePage(): ReactElement {
  const { traceId } = useParams({ from: "/trace/$traceId" });
  const trace = useQuery(traceQuery(traceId.toLowerCase()));
  if (trace.data !== undefined && trace.data.rowCount > 0) return <TraceView key={traceId} model={trace.data} />;
  if (trace.isError) {
    const unknown = trace.error instanceof ApiError && trace.error.status === 404;
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
  const trace = useTraceView(model);
  const { search, patch, rows, hits, bounds, view, selected, settled, goTo } = trace;
  const narrow = useNarrow();
  const now = useNow(30_000);
  const tree = useRef<TreeHandle>(null);
  const findInput = useRef<HTMLInputElement>(null);
  const hitSet = useMemo(() => new Set(hits), [hits]);
  const onTreeKey = useTraceKeys(model, trace, tree, findInput);
  useReveal(tree, rows, selected);

  const close = (): void => {
    patch({ span: undefined });
    tree.current?.focus();
  };
  const panelRow = settled >= 0 && !hasFlag(model, settled, rowFlag.missing) ? settled : -1;
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
      <Overview model={model} view={view} selected={selected} onView={trace.setView} />
      <TraceToolbar
        model={model}
        search={search}
        patch={patch}
        findInput={findInput}
        hitCount={hits.length}
        hitAt={hits.indexOf(selected)}
        zoomed={view.to - view.from < (bounds.to - bounds.from) * 0.9995 ? view : undefined}
        onNextHit={trace.nextHit}
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
          openness={trace.openness}
          keep={trace.keep}
          hits={hitSet}
          find={trace.find}
          view={view}
          selected={selected}
          onSelect={goTo}
          onToggle={trace.toggle}
          onView={trace.setView}
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
