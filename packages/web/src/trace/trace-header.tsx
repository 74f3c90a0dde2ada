import { Link, useCanGoBack, useRouter } from "@tanstack/react-router";
import { ArrowLeft, Download, Link2 } from "lucide-react";
import { useMemo, type ReactElement, type ReactNode } from "react";
import { otlpAddress } from "../api/client.ts";
import { formatCount, formatTokens, plural } from "../format/count.ts";
import { formatDuration } from "../format/duration.ts";
import { formatAgo, formatTimestamp, unixMs } from "../format/time.ts";
import { visibleText } from "../format/visible-text.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { StatusMark } from "../ui/status-mark.tsx";
import { useTitle } from "../ui/use-title.ts";
import { documentsFound, type TraceModel } from "./model.ts";

/** What the trace is at a glance, and its notices: whatever makes it less than the whole truth. */
export function TraceHeader({ model, nowMs }: { model: TraceModel; nowMs: number }): ReactElement {
  const { summary } = model;
  const router = useRouter();
  useTitle(visibleText(summary.name));
  const canGoBack = useCanGoBack();
  const startMs = unixMs(model.startUnixNano);
  const running = model.runningCount > 0;
  const documents = useMemo(() => documentsFound(model), [model]);
  return (
    <header className="shrink-0 border-b border-line bg-surface px-3 pt-2.5 pb-2 md:px-4">
      <div className="flex items-center gap-2">
        <Link
          to="/"
          aria-label="All traces"
          title="All traces"
          onClick={(event) => {
            // The list as it was left, with its filters, if that is where the reader came from.
            if (!canGoBack || event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            router.history.back();
          }}
          className="-ml-1 grid size-7 shrink-0 place-items-center rounded-md text-ink-2 hover:bg-hover hover:text-ink coarse:size-9"
        >
          <ArrowLeft aria-hidden size={15} />
        </Link>
        <StatusMark status={running ? "running" : summary.status} size={16} />
        <h1 className="min-w-0 truncate text-base font-semibold" title={summary.name}>
          {visibleText(summary.name) || "(no name)"}
        </h1>
        <span className="shrink-0 truncate text-ink-3 max-md:hidden">{visibleText(summary.service)}</span>
        <div className="ml-auto flex shrink-0 items-center">
          <CopyButton text={model.traceId} label="Copy the trace id" className="max-md:hidden">
            <span className="font-mono text-2xs font-normal">{model.traceId.slice(0, 8)}…</span>
          </CopyButton>
          <CopyButton
            text={() => window.location.href}
            label="Copy the link to this view"
            icon={<Link2 aria-hidden size={14} />}
          />
          <a
            href={otlpAddress(model.traceId)}
            download={`${model.traceId}.jsonl`}
            aria-label="Download as OTLP JSON"
            title="Download as OTLP JSON"
            className="grid size-7 place-items-center rounded-md text-ink-2 hover:bg-hover hover:text-ink coarse:size-9"
          >
            <Download aria-hidden size={14} />
          </a>
        </div>
      </div>
      <dl className="num mt-1 flex flex-wrap items-center gap-x-5 gap-y-0.5 text-xs max-md:gap-x-4 md:pl-8">
        <Fact label="Duration">{formatDuration(model.to - model.from)}</Fact>
        <Fact label="Started">
          <span title={formatTimestamp(startMs)}>
            {formatTimestamp(startMs)} <span className="text-ink-3 max-lg:hidden">{formatAgo(startMs, nowMs)}</span>
          </span>
        </Fact>
        <Fact label="Spans">{formatCount(model.totalSpans)}</Fact>
        {model.errorCount > 0 ? (
          <Fact label="Errors">
            <span className="font-semibold text-error-ink">{formatCount(model.errorCount)}</span>
          </Fact>
        ) : null}
        {documents === undefined ? null : <Fact label="Documents">{formatCount(documents)}</Fact>}
        {summary.modelCalls > 0 ? <Fact label="Model calls">{formatCount(summary.modelCalls)}</Fact> : null}
        {summary.toolCalls > 0 ? <Fact label="Tool calls">{formatCount(summary.toolCalls)}</Fact> : null}
        {summary.inputTokens !== null || summary.outputTokens !== null ? (
          <Fact label="Tokens">
            <span title={`${formatCount(summary.inputTokens)} input, ${formatCount(summary.outputTokens)} output`}>
              {formatTokens(summary.inputTokens, summary.outputTokens)}
            </span>
          </Fact>
        ) : null}
        {summary.models.length > 0 ? (
          <Fact label={summary.models.length === 1 ? "Model" : "Models"}>
            <span className="foreign">{summary.models.map(visibleText).join(", ")}</span>
          </Fact>
        ) : null}
        {model.services.length > 1 ? (
          <Fact label="Services">
            <span title={model.services.join(", ")}>
              {model.services.length > 3
                ? formatCount(model.services.length)
                : model.services.map(visibleText).join(", ")}
            </span>
          </Fact>
        ) : null}
      </dl>
      <Notices model={model} />
    </header>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }): ReactElement {
  return (
    <div className="flex min-w-0 items-baseline gap-1.5">
      <dt className="text-ink-3">{label}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}

function Notices({ model }: { model: TraceModel }): ReactElement | null {
  const notices: string[] = [];
  if (model.totalSpans > model.spanCount) {
    notices.push(
      `Showing the first ${formatCount(model.spanCount)} of ${formatCount(model.totalSpans)} spans; the download has them all.`,
    );
  }
  if (model.missingCount > 0) {
    notices.push(
      `${plural(model.missingCount, "parent")} named by a span ${model.missingCount === 1 ? "was" : "were"} not received: sampled away, filtered, or still on the way.`,
    );
  } else if (!model.summary.hasRoot) {
    notices.push("The root span was not received: sampled away, filtered, or still running.");
  }
  if (model.skewedCount > 0) {
    notices.push(
      `${plural(model.skewedCount, "span lies", "spans lie")} outside the parent's time, and ${model.skewedCount === 1 ? "is" : "are"} shown where the sender's clock says.`,
    );
  }
  if (notices.length === 0) return null;
  return (
    <ul className="mt-2 space-y-0.5 rounded-md bg-warn-wash px-3 py-1.5 text-xs text-warn-ink md:ml-8">
      {notices.map((notice) => (
        <li key={notice}>{notice}</li>
      ))}
    </ul>
  );
}
