import type { SpanDetail } from "@genscope/server/contract";
import { Tabs } from "@base-ui/react/tabs";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { spanQuery } from "../api/queries.ts";
import { ApiError } from "@genscope/server/client";
import { formatCount } from "../format/count.ts";
import { formatDuration, formatSpanDuration } from "../format/duration.ts";
import { formatTimestamp, nanoBetween, unixMs } from "../format/time.ts";
import { visibleText } from "../format/visible-text.ts";
import { KindBadge, kindLabel } from "../kinds/kind-icon.tsx";
import { selfDuration } from "../trace/layout.ts";
import { hasFlag, nameOf, rowFlag, rowOfSpan, serviceOf, spanIdOf, typeOf, type TraceModel } from "../trace/model.ts";
import { Button } from "../ui/button.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Bone, ErrorState, Nothing } from "../ui/states.tsx";
import { StatusMark } from "../ui/status-mark.tsx";
import type { SpanTab } from "../url/trace-search.ts";
import { AttributeTable } from "./attribute-table.tsx";
import { attributeText } from "./attribute-text.ts";
import { ContentBody } from "./content-body.tsx";
import { SamplingLine } from "./sampling-line.tsx";
import { samplingNote } from "./sampling-note.ts";

interface SpanPanelProps {
  model: TraceModel;
  row: number;
  tab: SpanTab;
  onTab: (tab: SpanTab) => void;
  onSelect: (row: number) => void;
  onClose: () => void;
}

/** Everything of one span. The heading comes from the trace and is there at once; the body is asked for. */
export function SpanPanel(props: SpanPanelProps): ReactElement {
  const { model, row } = props;
  const spanId = spanIdOf(model, row);
  const span = useQuery(spanQuery(model.traceId, spanId));
  return (
    <>
      <PanelHead {...props} />
      {span.data !== undefined ? (
        <PanelBody key={spanId} span={span.data} {...props} />
      ) : span.isError ? (
        <ErrorState
          title={
            span.error instanceof ApiError && span.error.status === 404
              ? "This span is not here"
              : "The span could not be read"
          }
          error={span.error}
          onRetry={() => void span.refetch()}
        />
      ) : (
        <div role="status" aria-label="Loading span" className="space-y-3 p-4">
          <Bone className="h-4 w-1/2" />
          <Bone className="h-20 w-full" />
          <Bone className="h-4 w-1/3" />
          <Bone className="h-32 w-full" />
        </div>
      )}
    </>
  );
}

function PanelHead({ model, row, onClose }: SpanPanelProps): ReactElement {
  const type = typeOf(model, row);
  const running = hasFlag(model, row, rowFlag.running);
  const failed = model.status[row] === 2;
  const self = model.childCount[row]! > 0 ? selfDuration(model, row) : undefined;
  const input = model.inputTokens[row]!;
  const output = model.outputTokens[row]!;
  return (
    <div className="shrink-0 px-4 pt-3">
      <div className="flex items-start gap-2.5">
        <KindBadge type={type} size={28} />
        <div className="min-w-0 flex-1">
          <h2 className="foreign line-clamp-3 text-base leading-5 font-semibold" title={nameOf(model, row)}>
            {visibleText(nameOf(model, row)) || "(no name)"}
          </h2>
          <p className="foreign text-xs text-ink-3">
            {kindLabel(type)} · {visibleText(serviceOf(model, row))}
          </p>
        </div>
        <CopyButton text={spanIdOf(model, row)} label="Copy the span id" />
        <Button icon aria-label="Close (Esc)" className="-mr-1.5" onClick={onClose}>
          <X aria-hidden size={15} />
        </Button>
      </div>
      <dl className="num mt-2.5 flex flex-wrap gap-x-5 gap-y-1 text-xs">
        <Fact label="Status">
          <span className="inline-flex items-center gap-1">
            <StatusMark
              size={12}
              status={running ? "running" : failed ? "error" : model.status[row] === 1 ? "ok" : "unset"}
            />
            {running ? "running" : failed ? "error" : model.status[row] === 1 ? "ok" : "unset"}
          </span>
        </Fact>
        <Fact label="Duration">{formatSpanDuration(running ? -1 : model.duration[row]!)}</Fact>
        {self === undefined || running ? null : (
          <Fact label="Self">
            <span title="Time in which no child ran">
              {formatDuration(self)}{" "}
              <span className="text-ink-3">{Math.round((100 * self) / Math.max(1, model.duration[row]!))}%</span>
            </span>
          </Fact>
        )}
        <Fact label="Offset">{formatDuration(model.start[row]! - model.from)}</Fact>
        {Number.isNaN(input) && Number.isNaN(output) ? null : (
          <Fact label="Tokens">
            <span title={`${formatCount(input)} input, ${formatCount(output)} output`}>
              {[input, output]
                .filter((tokens) => !Number.isNaN(tokens))
                .map(formatCount)
                .join(" → ")}
            </span>
          </Fact>
        )}
      </dl>
    </div>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }): ReactElement {
  return (
    <div className="flex items-center gap-1.5">
      <dt className="text-ink-3">{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

const contentTitles: Readonly<Record<string, string>> = {
  model: "Messages",
  tool: "Call",
  retrieval: "Documents",
  rerank: "Documents",
};

function PanelBody(props: SpanPanelProps & { span: SpanDetail }): ReactElement {
  const { span, tab, onTab } = props;
  const tabs: { value: SpanTab; label: string; count?: number }[] = [
    { value: "content", label: contentTitles[span.type] ?? "Overview" },
    { value: "attributes", label: "Attributes", count: span.attributes.length },
    { value: "events", label: "Events", count: span.events.length },
    { value: "links", label: "Links", count: span.links.length },
    { value: "resource", label: "Resource" },
    { value: "logs", label: "Logs", count: span.logs.length },
    { value: "raw", label: "Raw" },
  ];
  const shown = tabs.filter(({ value, count }) => count !== 0 || value === tab);
  const attributes = (
    <AttributeTable
      attributes={span.attributes}
      dropped={span.droppedAttributesCount}
      empty="This span has no attributes."
    />
  );
  const note = samplingNote(span);
  return (
    <Tabs.Root
      value={tab}
      onValueChange={(value) => onTab(tabs.find((one) => one.value === value)?.value ?? "content")}
      className="flex min-h-0 flex-1 flex-col"
    >
      {note === undefined ? null : <SamplingLine note={note} />}
      <Tabs.List className="mt-2 flex shrink-0 overflow-x-auto border-b border-line px-2.5 [scrollbar-width:none]">
        {shown.map(({ value, label, count }) => (
          <Tabs.Tab
            key={value}
            value={value}
            className="-mb-px h-8 shrink-0 border-b-2 border-transparent px-2 text-xs font-medium text-ink-2 hover:text-ink data-[active]:border-accent data-[active]:text-ink coarse:h-10"
          >
            {label}
            {count === undefined || count === 0 ? null : (
              <span className="num ml-1 font-normal text-ink-3">{count}</span>
            )}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain" data-testid="span-body">
        <Tabs.Panel value="content">
          <ContentBody span={span} otherwise={attributes} />
        </Tabs.Panel>
        <Tabs.Panel value="attributes">{attributes}</Tabs.Panel>
        <Tabs.Panel value="events">
          <Events span={span} />
        </Tabs.Panel>
        <Tabs.Panel value="links">
          <Links {...props} />
        </Tabs.Panel>
        <Tabs.Panel value="resource">
          <Resource span={span} />
        </Tabs.Panel>
        <Tabs.Panel value="logs">
          <Logs span={span} />
        </Tabs.Panel>
        <Tabs.Panel value="raw">
          <Raw span={span} />
        </Tabs.Panel>
      </div>
    </Tabs.Root>
  );
}

function Events({ span }: { span: SpanDetail }): ReactElement {
  if (span.events.length === 0) return <Nothing>This span has no events.</Nothing>;
  return (
    <ol className="divide-y divide-line">
      {span.events.map((event, i) => (
        // Events have no identity but their place.
        <li key={i} className="py-2">
          <p className="flex items-baseline gap-3 px-4">
            <span className="num w-16 shrink-0 text-right text-xs text-ink-3" title="After the span's start">
              {formatDuration(nanoBetween(span.startUnixNano, event.timeUnixNano))}
            </span>
            <span className="foreign font-medium">{visibleText(event.name) || "(no name)"}</span>
          </p>
          {event.attributes.length === 0 ? null : (
            <AttributeTable attributes={event.attributes} dropped={event.droppedAttributesCount} empty="" />
          )}
        </li>
      ))}
      {span.droppedEventsCount > 0 ? (
        <li className="px-4 py-2 text-xs text-warn-ink">
          {formatCount(span.droppedEventsCount)} more were dropped by the sender's limits.
        </li>
      ) : null}
    </ol>
  );
}

function Links({ span, model, onSelect }: SpanPanelProps & { span: SpanDetail }): ReactElement {
  if (span.links.length === 0) return <Nothing>This span has no links.</Nothing>;
  return (
    <ol className="divide-y divide-line">
      {span.links.map((link, i) => {
        const here = link.traceId === model.traceId ? rowOfSpan(model, link.spanId) : -1;
        return (
          // Links have no identity but their place.
          <li key={i} className="py-2.5">
            <p className="px-4 font-mono text-xs">
              {here >= 0 ? (
                <button type="button" className="text-accent-ink underline" onClick={() => onSelect(here)}>
                  {visibleText(nameOf(model, here))} {link.spanId}
                </button>
              ) : (
                <Link
                  to="/trace/$traceId"
                  params={{ traceId: link.traceId }}
                  search={{ span: link.spanId }}
                  className="foreign text-accent-ink underline"
                >
                  {link.traceId} / {link.spanId}
                </Link>
              )}
            </p>
            {link.attributes.length === 0 ? null : <AttributeTable attributes={link.attributes} empty="" />}
          </li>
        );
      })}
    </ol>
  );
}

function Resource({ span }: { span: SpanDetail }): ReactElement {
  const { resource, scope } = span;
  return (
    <>
      <h3 className="px-4 pt-3 text-2xs font-semibold text-ink-3">Resource</h3>
      <AttributeTable
        attributes={resource.attributes}
        dropped={resource.droppedAttributesCount}
        empty="The resource has no attributes."
      />
      <h3 className="px-4 pt-2 text-2xs font-semibold text-ink-3">Instrumentation scope</h3>
      <p className="foreign px-4 pt-1">
        {visibleText(scope.name) || "(no name)"} <span className="text-ink-3">{visibleText(scope.version)}</span>
      </p>
      {scope.attributes.length === 0 ? null : (
        <AttributeTable attributes={scope.attributes} dropped={scope.droppedAttributesCount} empty="" />
      )}
      {scope.schemaUrl === "" && resource.schemaUrl === "" ? null : (
        <p className="foreign px-4 pt-1 pb-4 text-xs text-ink-3">
          Schema {visibleText(scope.schemaUrl === "" ? resource.schemaUrl : scope.schemaUrl)}
        </p>
      )}
    </>
  );
}

function Logs({ span }: { span: SpanDetail }): ReactElement {
  if (span.logs.length === 0) return <Nothing>No log record carries this span's id.</Nothing>;
  return (
    <ol className="divide-y divide-line">
      {span.logs.map((log, i) => (
        // Log records have no identity but their place.
        <li key={i} className="py-2">
          <p className="flex items-baseline gap-3 px-4 text-xs text-ink-3">
            <span className="num" title={formatTimestamp(unixMs(log.timeUnixNano))}>
              {formatDuration(nanoBetween(span.startUnixNano, log.timeUnixNano))}
            </span>
            <span className={log.severityNumber >= 17 ? "font-medium text-error-ink" : ""}>
              {visibleText(log.severityText)}
            </span>
            <span className="foreign">{visibleText(log.eventName)}</span>
          </p>
          <pre className="foreign mt-1 px-4 font-sans whitespace-pre-wrap">
            {visibleText(attributeText(log.body).slice(0, 20_000))}
          </pre>
          {log.attributes.length === 0 ? null : <AttributeTable attributes={log.attributes} empty="" />}
        </li>
      ))}
    </ol>
  );
}

const rawMost = 200_000;

function Raw({ span }: { span: SpanDetail }): ReactElement {
  const text = JSON.stringify(span, null, 2);
  return (
    <div className="relative">
      <CopyButton text={text} label="Copy the JSON" className="absolute top-2 right-3 bg-surface" />
      <pre className="foreign px-4 py-3 pr-12 font-mono text-2xs leading-4 whitespace-pre-wrap">
        {visibleText(text.length > rawMost ? `${text.slice(0, rawMost)}\n… copy for the rest` : text)}
      </pre>
    </div>
  );
}
