import type { Facets, SpanDetail, Status, TraceList } from "@genscope/server/contract";
import {
  keepPreviousData,
  type InfiniteData,
  type UseInfiniteQueryOptions,
  type UseQueryOptions,
} from "@tanstack/react-query";
import { loadTrace } from "../trace/load-trace.ts";
import type { TraceModel } from "../trace/model.ts";
import { rangeOf, toTraceFilter, type ListSearch } from "../url/list-search.ts";
import { resolveRange } from "../url/time-range.ts";
import { apiClient } from "./client.ts";

/** Where a page of the list goes on. The range stays that of the first page, or rows would shift between pages. */
interface PageStart {
  readonly cursor?: string;
  readonly fromMs: number;
  readonly toMs: number;
}
export interface ListPage extends TraceList, PageStart {}

type Query<Data> = UseQueryOptions<Data, Error, Data>;

export const pageSize = 100;
const emptyMs = 1_500;

/** What of the address decides which traces are listed; whether the page is live is not part of it. */
function queryKeyOf(search: ListSearch): ListSearch {
  const { live: _, ...rest } = search;
  return rest;
}

export function traceListQuery(
  search: ListSearch,
): UseInfiniteQueryOptions<
  ListPage,
  Error,
  InfiniteData<ListPage>,
  readonly ["traces", ListSearch],
  PageStart | undefined
> {
  return {
    queryKey: ["traces", queryKeyOf(search)] as const,
    initialPageParam: undefined,
    queryFn: async ({ pageParam, signal }) => {
      const start: PageStart = pageParam ?? resolveRange(rangeOf(search), Date.now());
      const page = await apiClient(signal).traces({
        ...toTraceFilter(search),
        from: String(Math.floor(start.fromMs)),
        to: String(Math.ceil(start.toMs)),
        limit: pageSize,
        ...(search.sort !== undefined && { sort: search.sort }),
        ...(search.order !== undefined && { order: search.order }),
        ...(start.cursor !== undefined && { cursor: start.cursor }),
      });
      return { ...start, ...page };
    },
    getNextPageParam: (last: ListPage): PageStart | undefined =>
      last.next === null ? undefined : { cursor: last.next, fromMs: last.fromMs, toMs: last.toMs },
    placeholderData: keepPreviousData,
    // Somebody looking at nothing is waiting for something.
    refetchInterval: (query) => (query.state.data?.pages[0]?.traces.length === 0 ? emptyMs : false),
  };
}

export function facetsQuery(search: ListSearch): Query<Facets> {
  const { sort: _, order: __, ...rest } = queryKeyOf(search);
  return {
    queryKey: ["facets", rest],
    queryFn: ({ signal }) => {
      const range = resolveRange(rangeOf(search), Date.now());
      return apiClient(signal).facets({
        ...toTraceFilter(search),
        from: String(Math.floor(range.fromMs)),
        to: String(Math.ceil(range.toMs)),
      });
    },
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.data?.total === 0 ? emptyMs : false),
  };
}

/** A trace is asked for again while its spans may still be arriving. */
export function traceQuery(traceId: string): Query<TraceModel> {
  return {
    queryKey: ["trace", traceId],
    queryFn: ({ signal }) => loadTrace(traceId, signal),
    refetchInterval: (query) => {
      const model = query.state.data;
      if (model === undefined) return false;
      const endMs = (Number(BigInt(model.startUnixNano) / 1000n) + model.to / 1000) / 1000;
      const quietMs = Date.now() - endMs;
      return quietMs < 60_000 || (model.runningCount > 0 && quietMs < 3_600_000) ? 3_000 : false;
    },
    structuralSharing: false,
    staleTime: 10_000,
    gcTime: 60_000,
  };
}

export function spanQuery(traceId: string, spanId: string): Query<SpanDetail> {
  return {
    queryKey: ["span", traceId, spanId],
    queryFn: ({ signal }) => apiClient(signal).span(traceId, spanId),
    staleTime: 60_000,
  };
}

export function statusQuery(everyMs: number): Query<Status> {
  return {
    queryKey: ["status"],
    queryFn: ({ signal }) => apiClient(signal).status(),
    refetchInterval: everyMs,
  };
}
