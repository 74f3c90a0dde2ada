import { Tabs } from "@base-ui/react/tabs";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { statusQuery } from "../api/queries.ts";
import { formatCount, plural } from "../format/count.ts";
import { visibleText } from "../format/visible-text.ts";
import { CopyButton } from "../ui/copy-button.tsx";
import { firstTraceSnippets } from "./first-trace-snippets.ts";

/** What an empty store shows: how to send something, and whether something is arriving. */
export function FirstTrace(): ReactElement {
  const { data: status } = useQuery(statusQuery(1_000));

  const http = status?.endpoints.http ?? "http://127.0.0.1:4318";
  const received = status?.received.spans ?? 0;
  const rejected = Object.entries(status?.rejected ?? {}).filter(([, count]) => count > 0);
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <section className="mx-auto w-full max-w-2xl px-5 py-10 md:py-16">
        <h1 className="text-xl font-semibold tracking-tight">Send the first trace</h1>
        <p className="mt-2 max-w-prose text-base text-ink-2">
          Anything that speaks OpenTelemetry will do. Point it here, and its traces appear on this page as they arrive.
        </p>
        <dl className="mt-5 grid gap-2 sm:grid-cols-2">
          <Endpoint label="OTLP over HTTP" address={status === undefined ? null : status.endpoints.http} />
          <Endpoint label="OTLP over gRPC" address={status === undefined ? null : status.endpoints.grpc} />
        </dl>
        <Tabs.Root defaultValue="node" className="mt-5">
          <Tabs.List className="flex gap-0.5 border-b border-line">
            {firstTraceSnippets(http).map((snippet) => (
              <Tabs.Tab
                key={snippet.id}
                value={snippet.id}
                className="-mb-px h-9 border-b-2 border-transparent px-3 text-xs font-medium text-ink-2 hover:text-ink data-[active]:border-accent data-[active]:text-ink"
              >
                {snippet.label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {firstTraceSnippets(http).map((snippet) => (
            <Tabs.Panel key={snippet.id} value={snippet.id} className="relative mt-3">
              <pre className="max-h-80 overflow-auto rounded-lg border border-line bg-surface p-4 pr-12 font-mono text-xs leading-5">
                {snippet.text}
              </pre>
              <CopyButton
                text={snippet.text}
                label={`Copy the ${snippet.label} lines`}
                className="absolute top-2 right-2 bg-surface"
              />
            </Tabs.Panel>
          ))}
        </Tabs.Root>
        <div role="status" className="mt-6 rounded-lg border border-line bg-surface px-4 py-3">
          <p className="flex items-center gap-2.5 font-medium">
            <span aria-hidden className="relative flex size-2">
              <span className="absolute inset-0 animate-ping rounded-full bg-accent opacity-60" />
              <span className="relative size-2 rounded-full bg-accent" />
            </span>
            {received === 0 ? "Waiting for the first span…" : `${plural(received, "span")} received, being stored…`}
          </p>
          {rejected.length === 0 ? null : (
            <div className="mt-3 border-t border-line pt-3">
              <p className="text-ink-2">Something arrived and was refused:</p>
              <ul className="mt-1.5 space-y-1">
                {rejected.map(([reason, count]) => (
                  <li key={reason} className="flex gap-3">
                    <span className="num w-10 text-right font-medium">{formatCount(count)}</span>
                    <span className="foreign text-ink-2">{visibleText(reason)}</span>
                  </li>
                ))}
              </ul>
            </div>
          )}
        </div>
      </section>
    </div>
  );
}

function Endpoint({ label, address }: { label: string; address: string | null }): ReactElement {
  return (
    <div className="flex items-center gap-2 rounded-lg border border-line bg-surface py-2 pr-2 pl-3.5">
      <div className="min-w-0 flex-1">
        <dt className="text-2xs text-ink-3">{label}</dt>
        <dd className="foreign font-mono text-xs">{address ?? "off"}</dd>
      </div>
      {address === null ? null : <CopyButton text={address} label={`Copy the ${label} address`} />}
    </div>
  );
}
