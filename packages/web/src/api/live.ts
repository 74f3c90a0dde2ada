import type { TraceSummary } from "@genscope/server/contract";
import { useEffect, useEffectEvent, useState } from "react";
import { toTraceFilter, type ListSearch } from "../url/list-search.ts";
import { formatQueryString } from "../url/query-string.ts";

export type LiveState = "off" | "connecting" | "open" | "lost";

/** Traces that changed, as the server tells them. The browser itself connects again after a loss. */
export function useLiveTraces(
  search: ListSearch,
  on: boolean,
  onTraces: (traces: readonly TraceSummary[], skipped: number) => void,
): LiveState {
  const [state, setState] = useState<LiveState>("off");
  const told = useEffectEvent(onTraces);
  const parameters = formatQueryString(toTraceFilter(search));
  useEffect(() => {
    if (!on) {
      setState("off");
      return undefined;
    }
    setState("connecting");
    const source = new EventSource(`/api/v1/live${parameters}`);
    source.addEventListener("open", () => setState("open"));
    source.addEventListener("error", () => setState("lost"));
    source.addEventListener("traces", (event: MessageEvent<string>) => {
      const { traces, skipped }: { traces: TraceSummary[]; skipped: number } = JSON.parse(event.data);
      told(traces, skipped);
    });
    return () => source.close();
  }, [on, parameters]);
  return state;
}
