import type { Status } from "@genscope/server/contract";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { statusQuery } from "../api/queries.ts";
import { formatBytes, formatCount } from "../format/count.ts";
import { formatDuration } from "../format/duration.ts";
import { visibleText } from "../format/visible-text.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { Bone, ErrorState } from "../ui/states.tsx";
import { useTitle } from "../ui/use-title.ts";
import { PipelinesSection } from "./pipelines-section.tsx";

/** Where every item is. What does not add up here is lost, so that it shows. */
export function StatusPage(): ReactElement {
  const status = useQuery(statusQuery(2_000));
  useTitle("Status");
  if (status.data === undefined) {
    return status.isError ? (
      <ErrorState title="The status could not be read" error={status.error} onRetry={() => void status.refetch()} />
    ) : (
      <div role="status" aria-label="Loading status" className="mx-auto w-full max-w-5xl space-y-4 p-6">
        <Bone className="h-6 w-40" />
        <Bone className="h-28 w-full" />
        <Bone className="h-48 w-full" />
      </div>
    );
  }
  return (
    <div className="min-h-0 flex-1 overflow-y-auto bg-surface">
      <div className="mx-auto w-full max-w-5xl space-y-8 px-4 py-6 md:px-6">
        <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
          <h1 className="text-lg font-semibold tracking-tight">Status</h1>
          <p className="num text-xs text-ink-3">
            Genscope {visibleText(status.data.version)} · up {formatDuration(status.data.uptimeSeconds * 1e9)}
          </p>
          {status.isError ? (
            <p role="alert" className="text-xs text-warn-ink">
              No answer since; these are the last known numbers.
            </p>
          ) : null}
        </div>
        <Flow status={status.data} />
        <div className="grid gap-8 md:grid-cols-2">
          <Block title="Endpoints">
            <Address label="OTLP over HTTP" address={status.data.endpoints.http} />
            <Address label="OTLP over gRPC" address={status.data.endpoints.grpc} />
            <Address label="UI and API" address={status.data.endpoints.ui} />
          </Block>
          <Block title="Rejected, by reason">
            <Reasons reasons={status.data.rejected} none="Nothing was rejected." />
          </Block>
          {status.data.masked === null ? null : (
            <Block title="Masked, by rule">
              <Reasons reasons={status.data.masked} none="Nothing was masked." />
            </Block>
          )}
        </div>
        {status.data.pipelines === null ? null : (
          <PipelinesSection pipelines={status.data.pipelines} atMs={status.dataUpdatedAt} />
        )}
        <Tables status={status.data} />
      </div>
    </div>
  );
}

/** The way of an item through the server, with the counts at each stage. */
function Flow({ status }: { status: Status }): ReactElement {
  const { received, journal, stored, store } = status;
  const dropped = total(stored.dropped);
  return (
    <ol className="grid overflow-hidden rounded-lg border border-line md:grid-cols-3 [&>li+li]:border-t [&>li+li]:border-line md:[&>li+li]:border-t-0 md:[&>li+li]:border-l">
      <Stage
        title="Received"
        note={total(status.rejected) > 0 ? `${formatCount(total(status.rejected))} rejected` : "none rejected"}
      >
        <Count label="spans" value={received.spans} />
        <Count label="log records" value={received.logs} />
        <Count label="metric points" value={received.points} />
      </Stage>
      <Stage
        title="Journal"
        note={
          journal.refusedRecords > 0 ? `${formatCount(journal.refusedRecords)} requests refused: full` : "none refused"
        }
        warn={journal.refusedRecords > 0 || journal.truncatedBytes > 0 || journal.damagedBytes > 0}
      >
        <Count label={`of ${formatBytes(journal.maxBytes)} kept`} text={formatBytes(journal.bytes)} />
        <Count label="not stored yet" text={formatBytes(journal.lagBytes)} />
        {journal.truncatedBytes > 0 ? (
          <Count label="of an incomplete record cut off" text={formatBytes(journal.truncatedBytes)} />
        ) : null}
        {journal.damagedBytes > 0 ? (
          <Count label="damaged and left out" text={formatBytes(journal.damagedBytes)} />
        ) : null}
        <span aria-hidden className="mt-1 block h-1 overflow-hidden rounded-full bg-sunken">
          <span
            className="block h-full rounded-full bg-accent/60"
            style={{ width: `${Math.min(100, (100 * journal.bytes) / Math.max(1, journal.maxBytes))}%` }}
          />
        </span>
      </Stage>
      <Stage
        title="Stored"
        note={`${store.kind}, ${store.state}${store.restarts > 0 ? `, ${formatCount(store.restarts)} restarts` : ""}`}
        warn={store.state !== "ready" || dropped > 0}
      >
        <Count label="spans" value={stored.spans} />
        <Count label="log records" value={stored.logs} />
        <Count label="metric points" value={stored.points} />
        <Count label="sent twice, stored once" value={stored.duplicates} />
        {dropped > 0 ? <Count label="dropped" value={dropped} /> : null}
        {[stored.lastError, store.lastError].map((error, i) =>
          error === null ? null : (
            <p key={i} className="foreign mt-1 text-xs text-warn-ink">
              {visibleText(error)}
            </p>
          ),
        )}
      </Stage>
    </ol>
  );
}

function Stage(props: { title: string; note: string; warn?: boolean; children: ReactNode }): ReactElement {
  return (
    <li className="p-4">
      <div className="mb-3 flex items-baseline justify-between gap-3">
        <h2 className="font-semibold">{props.title}</h2>
        <p className={`text-xs ${props.warn === true ? "font-medium text-warn-ink" : "text-ink-3"}`}>{props.note}</p>
      </div>
      <div className="space-y-1">{props.children}</div>
    </li>
  );
}

function Count({ label, value, text }: { label: string; value?: number; text?: string }): ReactElement {
  return (
    <p className="flex items-baseline gap-2">
      <span className="num min-w-16 text-base font-medium">{text ?? formatCount(value)}</span>
      <span className="text-xs text-ink-3">{label}</span>
    </p>
  );
}

function Block({ title, children }: { title: string; children: ReactNode }): ReactElement {
  return (
    <section>
      <h2 className="mb-2 font-semibold">{title}</h2>
      {children}
    </section>
  );
}

function Address({ label, address }: { label: string; address: string | null }): ReactElement {
  return (
    <div className="flex h-9 items-center gap-3 border-b border-line/70">
      <span className="w-32 shrink-0 text-ink-2">{label}</span>
      <span className="foreign min-w-0 flex-1 truncate font-mono text-xs">{address ?? "off"}</span>
      {address === null ? null : <CopyButton text={address} label={`Copy the ${label} address`} />}
    </div>
  );
}

function Reasons({ reasons, none }: { reasons: Readonly<Record<string, number>>; none: string }): ReactElement {
  const shown = Object.entries(reasons).filter(([, count]) => count > 0);
  if (shown.length === 0) return <p className="py-1.5 text-ink-3">{none}</p>;
  return (
    <dl>
      {shown.map(([reason, count]) => (
        <div key={reason} className="flex h-9 items-center gap-3 border-b border-line/70">
          <dt className="foreign min-w-0 flex-1 truncate text-ink-2">{visibleText(reason)}</dt>
          <dd className="num font-medium">{formatCount(count)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Tables({ status }: { status: Status }): ReactElement {
  const { tables } = status.store;
  const bytes = tables.reduce((sum, table) => sum + table.bytesOnDisk, 0);
  return (
    <section>
      <div className="mb-2 flex flex-wrap items-baseline gap-x-3">
        <h2 className="font-semibold">On disk</h2>
        <p className="num text-xs text-ink-3">{formatBytes(bytes)} in tables</p>
        <p className="foreign font-mono text-2xs text-ink-3">{visibleText(status.dataDir)}</p>
      </div>
      <div className="overflow-x-auto">
        <table className="num w-full text-left text-xs">
          <thead>
            <tr className="h-8 border-b border-line text-2xs text-ink-3">
              <th className="font-medium">Table</th>
              <th className="text-right font-medium">Rows</th>
              <th className="text-right font-medium">On disk</th>
              <th className="text-right font-medium">Bytes a row</th>
            </tr>
          </thead>
          <tbody>
            {tables.map((table) => (
              <tr key={table.name} className="h-8 border-b border-line/70">
                <td className="font-mono">{table.name}</td>
                <td className="text-right">{formatCount(table.rows)}</td>
                <td className="text-right">{formatBytes(table.bytesOnDisk)}</td>
                <td className="text-right text-ink-2">
                  {table.rows === 0 ? "–" : (table.bytesOnDisk / table.rows).toFixed(1)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function total(reasons: Readonly<Record<string, number>>): number {
  return Object.values(reasons).reduce((sum, count) => sum + count, 0);
}
