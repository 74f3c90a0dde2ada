import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ListFilter, Radio, RotateCw } from "lucide-react";
import { useCallback, useMemo, useState, type ReactElement } from "react";
import type { TraceSummary } from "@genscope/server/contract";
import { useLiveTraces, type LiveState } from "../api/live.ts";
import { facetsQuery, statusQuery, traceListQuery } from "../api/queries.ts";
import { formatCount } from "../format/count.ts";
import { Button } from "../ui/button.tsx";
import { Sheet } from "../ui/sheet.tsx";
import { Bone, ErrorState } from "../ui/states.tsx";
import { useNarrow } from "../ui/use-media.ts";
import { useTitle } from "../ui/use-title.ts";
import {
  isFiltered,
  parseListSearch,
  rangeOf,
  withoutFilters,
  type ListSearch,
  type SortKey,
} from "../url/list-search.ts";
import { widerPreset, type TimeRange } from "../url/time-range.ts";
import { FacetSidebar } from "./facet-sidebar.tsx";
import { FirstTrace } from "./first-trace.tsx";
import { Histogram } from "./histogram.tsx";
import { addLive, mergeLive } from "./merge-live.ts";
import { FilterChips, SearchBar } from "./search-bar.tsx";
import { rangeLabel, TimeRangePicker } from "./time-range-picker.tsx";
import { rowColumns } from "./trace-row.tsx";
import { TraceTable } from "./trace-table.tsx";

const none: ReadonlyMap<string, TraceSummary> = new Map();
const nobody: ReadonlySet<string> = new Set();
const mostLive = 500;

export function TracesPage(): ReactElement {
  const search = useSearch({ from: "/" });
  const navigate = useNavigate({ from: "/" });
  const narrow = useNarrow();
  const [filtersOpen, setFiltersOpen] = useState(false);
  useTitle("");

  const list = useInfiniteQuery(traceListQuery(search));
  const facets = useQuery(facetsQuery(search));
  const status = useQuery({ ...statusQuery(10_000), placeholderData: keepPreviousData });

  const change = useCallback(
    (next: ListSearch) => void navigate({ search: () => parseListSearch({ ...next }) }),
    [navigate],
  );
  const setRange = (range: TimeRange): void => {
    const { from: _, to: __, range: ___, ...rest } = search;
    change("last" in range ? { ...rest, range: range.last } : { ...rest, from: range.fromMs, to: range.toMs });
  };
  const setSort = (sort: SortKey): void => {
    const { order: _, sort: __, ...rest } = search;
    const same = (search.sort ?? "start") === sort;
    const order = same && search.order !== "asc" ? { order: "asc" as const } : {};
    change({ ...rest, sort, ...order });
  };

  const { rows, freshIds, held, live, setTop } = useLiveRows(search, list.data?.pages);
  const toggleLive = (): void => {
    const { live: _, sort: __, order: ___, from: ____, to: _____, ...rest } = search;
    change(search.live === true ? { ...rest } : { ...rest, live: true });
  };

  const { fetchNextPage } = list;
  const onMore = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  const empty = list.isSuccess && rows.length === 0;
  if (empty && status.data?.stored.spans === 0 && !isFiltered(search)) return <FirstTrace />;

  const sidebar = <FacetSidebar search={search} facets={facets.data?.facets} onChange={change} />;
  const chosen = Object.values(search).length;
  return (
    <div className="flex min-h-0 flex-1">
      {narrow ? (
        <Sheet open={filtersOpen} onClose={() => setFiltersOpen(false)} title="Filters">
          {sidebar}
        </Sheet>
      ) : (
        <aside aria-label="Filters" className="w-56 shrink-0 overflow-y-auto border-r border-line bg-canvas xl:w-60">
          {sidebar}
        </aside>
      )}
      <section aria-label="Traces" className="flex min-w-0 flex-1 flex-col bg-surface">
        <h1 className="sr-only">Traces</h1>
        <div className="flex flex-wrap items-center gap-2 px-4 pt-3">
          <div className="flex min-w-0 flex-1 items-center gap-2 max-md:w-full max-md:flex-none">
            <SearchBar search={search} onChange={change} />
          </div>
          {narrow ? (
            <Button variant="outline" onClick={() => setFiltersOpen(true)} aria-label="Filters">
              <ListFilter aria-hidden size={14} /> Filters{chosen > 0 && isFiltered(search) ? " •" : ""}
            </Button>
          ) : null}
          <TimeRangePicker search={search} onChange={setRange} />
          <Button
            variant="outline"
            icon
            className="h-8! w-8!"
            aria-label="Ask again"
            disabled={list.isFetching}
            onClick={() => {
              void list.refetch();
              void facets.refetch();
            }}
          >
            <RotateCw aria-hidden size={13} />
          </Button>
          <Button
            variant="outline"
            className="h-8!"
            pressed={search.live === true}
            title={live === "lost" ? "The connection is lost; trying again" : "Show traces as they arrive"}
            onClick={toggleLive}
          >
            <Radio
              aria-hidden
              size={13}
              className={live === "open" ? "text-ok" : live === "lost" ? "text-warn-ink" : ""}
            />
            Live
          </Button>
        </div>
        <FilterChips search={search} onChange={change} />
        <Histogram data={facets.data?.histogram} onBrush={(fromMs, toMs) => setRange({ fromMs, toMs })} />
        <p className="num px-4 pt-1 pb-1.5 text-xs text-ink-3" aria-live="polite">
          {facets.data === undefined
            ? "\u00a0"
            : `${formatCount(facets.data.total)} ${facets.data.total === 1 ? "trace" : "traces"}`}
          {facets.data !== undefined && sum(facets.data.histogram.errors) > 0
            ? ` · ${formatCount(sum(facets.data.histogram.errors))} with errors`
            : ""}
        </p>
        {list.isError && list.data === undefined ? (
          <ErrorState title="The traces could not be read" error={list.error} onRetry={() => void list.refetch()} />
        ) : list.isPending ? (
          <TableBones />
        ) : empty ? (
          <NothingFound search={search} onChange={change} onRange={setRange} />
        ) : (
          <TraceTable
            rows={rows}
            freshIds={freshIds}
            held={held}
            hasMore={list.hasNextPage}
            loadingMore={list.isFetchingNextPage}
            stale={list.isPlaceholderData}
            search={search}
            onSort={setSort}
            onMore={onMore}
            onTop={setTop}
          />
        )}
      </section>
    </div>
  );
}

interface Told {
  readonly key: string;
  readonly traces: ReadonlyMap<string, TraceSummary>;
  /** Those that came while the reader was down the list. */
  readonly waiting: ReadonlySet<string>;
}

interface LiveRows {
  rows: readonly TraceSummary[];
  /** New ones not shown yet, since the reader is down the list. */
  held: number;
  live: LiveState;
  freshIds: ReadonlySet<string>;
  setTop: (top: boolean) => void;
}

/** The rows of the list with what the live stream adds to them. */
function useLiveRows(search: ListSearch, pages: readonly { traces: readonly TraceSummary[] }[] | undefined): LiveRows {
  const [top, setTop] = useState(true);
  const [told, setTold] = useState<Told>({ key: "", traces: none, waiting: nobody });
  const queryClient = useQueryClient();
  const on = search.live === true;
  // What was told belongs to the filters it was told for.
  const key = JSON.stringify(search);
  const current = on && told.key === key ? told : { key, traces: none, waiting: nobody };
  const listed = useMemo(() => pages?.flatMap((page) => page.traces) ?? [], [pages]);
  const live = useLiveTraces(search, on, (arrived) => {
    const known = new Set(listed.map((trace) => trace.traceId));
    // Two may arrive before the next drawing: each builds on the one before it.
    setTold((before) => {
      const { traces, waiting } = before.key === key ? before : { traces: none, waiting: nobody };
      const fresh = arrived.map((trace) => trace.traceId).filter((id) => !known.has(id) && !traces.has(id));
      return {
        key,
        traces: addLive(traces, arrived, mostLive),
        waiting: top ? nobody : new Set([...waiting, ...fresh]),
      };
    });
    void queryClient.invalidateQueries({ queryKey: ["facets"] }, { cancelRefetch: false });
  });
  const reachTop = useCallback((reached: boolean) => {
    setTop(reached);
    if (reached) setTold((before) => (before.waiting.size === 0 ? before : { ...before, waiting: nobody }));
  }, []);
  const { traces, waiting } = current;
  const rows = useMemo(() => mergeLive(listed, traces, waiting), [listed, traces, waiting]);
  const freshIds = useMemo(() => new Set(traces.keys()), [traces]);
  return { rows, held: waiting.size, live, freshIds, setTop: reachTop };
}

function NothingFound(props: {
  search: ListSearch;
  onChange: (search: ListSearch) => void;
  onRange: (range: TimeRange) => void;
}): ReactElement {
  const range = rangeOf(props.search);
  const wider = widerPreset(range);
  const filtered = isFiltered(props.search);
  return (
    <div className="flex flex-col items-center gap-4 px-6 py-16 text-center">
      <p className="max-w-md text-base text-ink-2">
        {filtered ? "No trace matches these filters" : "No trace started"} in{" "}
        {"last" in range ? `the ${rangeLabel(range).toLowerCase()}` : rangeLabel(range)}.
      </p>
      <div className="flex flex-wrap justify-center gap-2">
        {filtered ? (
          <Button variant="outline" onClick={() => props.onChange(withoutFilters(props.search))}>
            Clear the filters
          </Button>
        ) : null}
        {wider === undefined ? null : (
          <Button variant="outline" onClick={() => props.onRange({ last: wider.last })}>
            Look at the last {wider.label}
          </Button>
        )}
      </div>
    </div>
  );
}

function TableBones(): ReactElement {
  return (
    <div role="status" aria-label="Loading traces" className="overflow-hidden pt-8">
      {[48, 36, 60, 42, 52, 38, 56, 44, 34, 58, 40, 50].map((width) => (
        <div key={width} className={`${rowColumns} h-9 border-b border-line/70 max-md:grid-cols-1!`}>
          <span style={{ width: `${width}%` }}>
            <Bone className="h-3.5" />
          </span>
          {[1, 2, 3, 4, 5].map((column) => (
            <Bone key={column} className="h-3 max-md:hidden" />
          ))}
        </div>
      ))}
    </div>
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
