import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import { parseTraceSearch, type TraceSearch } from "../url/trace-search.ts";

export type PatchSearch = (patch: { [Key in keyof TraceSearch]?: TraceSearch[Key] | undefined }) => void;

const settleMs = 120;

/**
 * The page's state, which is the address. Changes show at once and reach the address when they have settled: holding `j` or turning
 * a wheel makes dozens a second, and browsers refuse that many changes of an address. `settled` is what the address says.
 */
export function useTraceSearch(): { search: TraceSearch; settled: TraceSearch; patch: PatchSearch } {
  const settled = useSearch({ from: "/trace/$traceId" });
  const navigate = useNavigate({ from: "/trace/$traceId" });
  const [draft, setDraft] = useState<TraceSearch>();
  const pending = useRef<{ timer: ReturnType<typeof setTimeout>; search: TraceSearch } | undefined>(undefined);
  const latest = useRef(settled);
  latest.current = pending.current?.search ?? settled;

  const patch = useCallback<PatchSearch>(
    (change) => {
      const search = parseTraceSearch({ ...latest.current, ...change });
      clearTimeout(pending.current?.timer);
      const timer = setTimeout(() => {
        pending.current = undefined;
        void navigate({ search: () => search, replace: true });
      }, settleMs);
      pending.current = { timer, search };
      latest.current = search;
      setDraft(search);
    },
    [navigate],
  );
  useEffect(() => {
    if (pending.current === undefined) setDraft(undefined);
  }, [settled]);
  useEffect(() => () => clearTimeout(pending.current?.timer), []);
  return { search: draft ?? settled, settled, patch };
}
