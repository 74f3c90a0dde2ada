import type { TraceSummary } from "@genscope/server/contract";
import type { SpanType } from "@genscope/semconv";
import { Link } from "@tanstack/react-router";
import { memo, type ReactElement } from "react";
import { formatCount, formatShortCount, formatTokens, plural } from "../format/count.ts";
import { formatDuration } from "../format/duration.ts";
import { formatTimestamp, formatWhen, unixMs } from "../format/time.ts";
import { visibleText } from "../format/visible-text.ts";
import { KindIcon, kindLabel } from "../kinds/kind-icon.tsx";
import { StatusMark } from "../ui/status-mark.tsx";

/** The columns of the list; what does not fit goes from the least needed on. */
export const rowColumns =
  "grid grid-cols-[minmax(0,1fr)_6.5rem_8.5rem_3rem_3rem_6rem] xl:grid-cols-[minmax(0,1fr)_6.5rem_10rem_3rem_3rem_9rem_6rem] min-[1400px]:grid-cols-[minmax(0,1fr)_7rem_13rem_3.5rem_3.5rem_11rem_6.5rem] items-center gap-x-3 px-4";

interface RowProps {
  trace: TraceSummary;
  /** Duration of the longest trace on the page. */
  longestNano: number;
  nowMs: number;
  active: boolean;
  fresh: boolean;
}

export const TraceRow = memo(function TraceRow({ trace, longestNano, nowMs, active, fresh }: RowProps): ReactElement {
  const startMs = unixMs(trace.startUnixNano);
  const share = Math.max(0.006, trace.durationNano / Math.max(1, longestNano));
  const failed = trace.status === "error";
  return (
    <Link
      to="/trace/$traceId"
      params={{ traceId: trace.traceId }}
      preload={false}
      tabIndex={-1}
      data-trace-id={trace.traceId}
      className={`${rowColumns} h-9 border-b border-line/70 outline-none ${active ? "bg-selected" : "hover:bg-hover"} ${fresh ? "arrive" : ""}`}
    >
      <span role="gridcell" className="flex min-w-0 items-center gap-2.5">
        <StatusMark status={trace.status} />
        <span className="min-w-0 truncate">
          <span className="font-medium">{visibleText(trace.name) || "(no name)"}</span>
          <span className="ml-2 text-xs text-ink-3">{visibleText(trace.service)}</span>
          {trace.services.length > 1 ? (
            <span className="ml-1 text-xs text-ink-3" title={trace.services.map((service) => service.name).join(", ")}>
              +{trace.services.length - 1}
            </span>
          ) : null}
        </span>
        {trace.hasRoot ? null : (
          <span
            title="The root span was not received"
            className="shrink-0 rounded bg-sunken px-1.5 text-2xs text-ink-2 ring-1 ring-line ring-inset"
          >
            no root
          </span>
        )}
        <span className="ml-auto flex shrink-0 items-center gap-2.5 pl-2 max-lg:hidden">
          <Calls type="model" count={trace.modelCalls} />
          <Calls type="tool" count={trace.toolCalls} />
          <Calls type="retrieval" count={trace.retrievals} />
        </span>
      </span>
      <span role="gridcell" className="num truncate text-xs text-ink-2" title={formatTimestamp(startMs)}>
        {formatWhen(startMs, nowMs)}
      </span>
      <span role="gridcell" className="flex items-center gap-2">
        <span aria-hidden className="h-1.5 min-w-0 flex-1 overflow-hidden rounded-full bg-sunken">
          <span
            className={`block h-full rounded-full ${failed ? "bg-error/75" : "bg-accent/55"}`}
            style={{ width: `${share * 100}%` }}
          />
        </span>
        <span className="num w-14 shrink-0 text-right text-xs">{formatDuration(trace.durationNano)}</span>
      </span>
      <span role="gridcell" className="num text-right text-xs text-ink-2" title={formatCount(trace.spanCount)}>
        {formatShortCount(trace.spanCount)}
      </span>
      <span
        role="gridcell"
        className={`num text-right text-xs ${trace.errorCount > 0 ? "font-medium text-error-ink" : "text-ink-3"}`}
      >
        {trace.errorCount > 0 ? formatShortCount(trace.errorCount) : "–"}
      </span>
      <span
        role="gridcell"
        className="flex min-w-0 gap-1 text-xs text-ink-2 max-xl:hidden"
        title={trace.models.join(", ")}
      >
        {trace.models.length === 0 ? (
          <span className="text-ink-3">–</span>
        ) : (
          <span className="truncate">{visibleText(trace.models[0] ?? "")}</span>
        )}
        {trace.models.length > 1 ? <span className="shrink-0 text-ink-3">+{trace.models.length - 1}</span> : null}
      </span>
      <span role="gridcell" className="num text-right text-xs text-ink-2">
        <Tokens trace={trace} />
      </span>
    </Link>
  );
});

/** The same row where the screen is narrow: two lines. */
export const TraceCard = memo(function TraceCard({ trace, longestNano, nowMs, active, fresh }: RowProps): ReactElement {
  const startMs = unixMs(trace.startUnixNano);
  const share = Math.max(0.01, trace.durationNano / Math.max(1, longestNano));
  return (
    <Link
      to="/trace/$traceId"
      params={{ traceId: trace.traceId }}
      preload={false}
      data-trace-id={trace.traceId}
      className={`relative flex h-[4.5rem] flex-col justify-center gap-1 border-b border-line/70 px-4 ${active ? "bg-selected" : ""} ${fresh ? "arrive" : ""}`}
    >
      <span role="gridcell" className="flex min-w-0 items-center gap-2">
        <StatusMark status={trace.status} />
        <span className="min-w-0 flex-1 truncate text-base font-medium">{visibleText(trace.name) || "(no name)"}</span>
        <span className="num shrink-0 text-xs">{formatDuration(trace.durationNano)}</span>
      </span>
      <span role="gridcell" className="flex min-w-0 items-center gap-2.5 pl-[1.375rem] text-xs text-ink-3">
        <span className="min-w-0 truncate">{visibleText(trace.service)}</span>
        <span className="num shrink-0">{formatWhen(startMs, nowMs)}</span>
        <span className="num ml-auto flex shrink-0 items-center gap-2.5">
          {trace.errorCount > 0 ? (
            <span className="font-medium text-error-ink">{plural(trace.errorCount, "error")}</span>
          ) : null}
          <Calls type="model" count={trace.modelCalls} />
          <Calls type="tool" count={trace.toolCalls} />
          {trace.errorCount > 0 ? null : <span>{plural(trace.spanCount, "span")}</span>}
        </span>
      </span>
      <span
        aria-hidden
        className={`absolute bottom-0 left-0 h-0.5 ${trace.status === "error" ? "bg-error/70" : "bg-accent/40"}`}
        style={{ width: `${share * 100}%` }}
      />
    </Link>
  );
});

function Calls({ type, count }: { type: SpanType; count: number }): ReactElement | null {
  if (count === 0) return null;
  const label = `${formatCount(count)} ${kindLabel(type, count !== 1).toLowerCase()}`;
  return (
    <span className="num inline-flex items-center gap-1 text-2xs text-ink-2" title={label}>
      <KindIcon type={type} size={12} />
      <span aria-hidden>{formatShortCount(count)}</span>
      <span className="sr-only">{label}</span>
    </span>
  );
}

function Tokens({ trace }: { trace: TraceSummary }): ReactElement {
  if (trace.inputTokens === null && trace.outputTokens === null) return <span className="text-ink-3">–</span>;
  return (
    <span
      title={`${formatCount(trace.inputTokens)} input, ${formatCount(trace.outputTokens)} output tokens`}
      className="inline-flex items-baseline"
    >
      {formatTokens(trace.inputTokens, trace.outputTokens)}
    </span>
  );
}
