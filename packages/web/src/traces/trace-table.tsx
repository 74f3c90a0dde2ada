import type { TraceSummary } from "@genscope/server/contract";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp, LoaderCircle } from "lucide-react";
import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState, type ReactElement } from "react";
import { plural } from "../format/count.ts";
import { Button } from "../ui/button.tsx";
import { isPageKey } from "../ui/keyboard.ts";
import { useNarrow } from "../ui/use-media.ts";
import { useNow } from "../ui/use-now.ts";
import type { ListSearch, SortKey } from "../url/list-search.ts";
import { rowColumns, TraceCard, TraceRow } from "./trace-row.tsx";

/** How far down each entry of the history was left, so that going back finds the place. */
const leftAt = new Map<string, number>();

/** The list: only what is in view is in the page. j and k move, Enter opens. */
export function TraceTable(props: {
  rows: readonly TraceSummary[];
  freshIds: ReadonlySet<string>;
  held: number;
  hasMore: boolean;
  loadingMore: boolean;
  search: ListSearch;
  stale: boolean;
  onSort: (sort: SortKey) => void;
  onMore: () => void;
  /** Told whether the reader is at the top, where rows may come in. */
  onTop: (top: boolean) => void;
}): ReactElement {
  const { rows, hasMore, loadingMore } = props;
  const narrow = useNarrow();
  const now = useNow(30_000);
  const navigate = useNavigate();
  const scroller = useRef<HTMLDivElement>(null);
  const [activeId, setActiveId] = useState<string>();
  const active = activeId === undefined ? -1 : rows.findIndex((row) => row.traceId === activeId);
  const rowHeight = narrow ? 72 : 36;
  // The router's own name for an entry of the history.
  // oxlint-disable-next-line eslint/no-underscore-dangle
  const entry = useLocation({ select: (location) => location.state.__TSR_key ?? "" });
  const virtual = useVirtualizer({
    initialOffset: () => leftAt.get(entry) ?? 0,
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.traceId ?? index,
    overscan: 12,
  });
  useEffect(() => virtual.measure(), [rowHeight, virtual]);
  useLayoutEffect(() => {
    scroller.current?.scrollTo({ top: leftAt.get(entry) ?? 0 });
  }, [entry]);

  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  const { onMore } = props;
  useEffect(() => {
    if (hasMore && !loadingMore && lastShown >= rows.length - 15) onMore();
  }, [hasMore, loadingMore, lastShown, rows.length, onMore]);

  const onKey = useEffectEvent((event: KeyboardEvent): void => {
    if (!isPageKey(event)) return;
    const step =
      event.key === "j" || event.key === "ArrowDown" ? 1 : event.key === "k" || event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      const next = Math.min(rows.length - 1, Math.max(0, active + step));
      setActiveId(rows[next]?.traceId);
      virtual.scrollToIndex(next, { align: "auto" });
    } else if (event.key === "Enter" && activeId !== undefined && !(event.target instanceof HTMLButtonElement)) {
      event.preventDefault();
      void navigate({ to: "/trace/$traceId", params: { traceId: activeId } });
    } else if (event.key === "Escape") {
      setActiveId(undefined);
    }
  });
  useEffect(() => {
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);

  const longestNano = rows.reduce((longest, row) => Math.max(longest, row.durationNano), 0);
  const toTop = (): void => {
    scroller.current?.scrollTo({ top: 0 });
    props.onTop(true);
  };
  const Row = narrow ? TraceCard : TraceRow;
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      {props.held > 0 ? (
        <div className="absolute top-10 left-1/2 z-20 -translate-x-1/2">
          <Button variant="primary" className="rounded-full! shadow-pop" onClick={toTop}>
            <ArrowUp aria-hidden size={13} /> {plural(props.held, "new trace")}
          </Button>
        </div>
      ) : null}
      <div
        ref={scroller}
        role="grid"
        aria-label="Traces"
        aria-rowcount={rows.length}
        aria-activedescendant={active >= 0 ? `trace-${activeId}` : undefined}
        tabIndex={0}
        className={`min-h-0 flex-1 overflow-y-auto overscroll-contain bg-surface transition-opacity -outline-offset-2! ${props.stale ? "opacity-60" : ""}`}
        onScroll={(event) => {
          leftAt.set(entry, event.currentTarget.scrollTop);
          props.onTop(event.currentTarget.scrollTop < rowHeight / 2);
        }}
      >
        <TableHead search={props.search} onSort={props.onSort} />
        <div className="relative" style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const trace = rows[item.index];
            if (trace === undefined) return null;
            return (
              <div
                key={item.key}
                id={`trace-${trace.traceId}`}
                role="row"
                aria-rowindex={item.index + 1}
                aria-selected={item.index === active}
                className="absolute inset-x-0 top-0"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <Row
                  trace={trace}
                  longestNano={longestNano}
                  nowMs={now}
                  active={item.index === active}
                  fresh={props.freshIds.has(trace.traceId)}
                />
              </div>
            );
          })}
        </div>
        {loadingMore ? (
          <p className="flex items-center justify-center gap-2 py-4 text-ink-3">
            <LoaderCircle aria-hidden size={14} className="animate-spin" /> Loading more
          </p>
        ) : null}
      </div>
    </div>
  );
}

function TableHead(props: { search: ListSearch; onSort: (sort: SortKey) => void }): ReactElement {
  const head = (sort: SortKey, label: string, right: boolean): ReactElement => {
    const current = (props.search.sort ?? "start") === sort;
    const ascending = current && props.search.order === "asc";
    const Arrow = ascending ? ArrowUp : ArrowDown;
    return (
      <span
        role="columnheader"
        aria-sort={current ? (ascending ? "ascending" : "descending") : "none"}
        className={right ? "flex justify-end" : "flex"}
      >
        <button
          type="button"
          className={`-mx-1 inline-flex h-6 items-center gap-0.5 rounded px-1 hover:text-ink ${current ? "text-ink" : ""}`}
          onClick={() => props.onSort(sort)}
        >
          {label}
          <Arrow aria-hidden size={11} className={current ? "" : "hidden"} />
        </button>
      </span>
    );
  };
  return (
    <div
      role="row"
      className={`${rowColumns} sticky top-0 z-10 h-8 border-b border-line bg-surface text-2xs font-medium text-ink-3 max-md:hidden!`}
    >
      <span role="columnheader" className="pl-6">
        Name
      </span>
      {head("start", "Start", false)}
      {head("duration", "Duration", true)}
      {head("spans", "Spans", true)}
      {head("errors", "Errors", true)}
      <span role="columnheader" className="max-xl:hidden">
        Models
      </span>
      {head("tokens", "Tokens", true)}
    </div>
  );
}
