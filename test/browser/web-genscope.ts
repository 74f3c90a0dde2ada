import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import type { TraceList, TraceSkeleton } from "@genscope/server/contract";
import { build } from "vite";
import { startGenscope } from "../interop/genscope.ts";
import type { MadeTrace } from "../support/traces.ts";

/** A running Genscope that serves the UI as it is in the sources now. */
export interface WebGenscope extends AsyncDisposable {
  /** Address of UI and API. */
  readonly url: string;
  /** Sends traces over OTLP/HTTP and waits until every span can be read back. */
  send(...traces: readonly MadeTrace[]): Promise<void>;
  /** Sends an OTLP/JSON request of log records; they can be read back a little later. */
  sendLogs(request: object): Promise<void>;
}

/** Builds the UI and starts Genscope on an empty data directory. */
export async function startWebGenscope(): Promise<WebGenscope> {
  await build({ root: fileURLToPath(new URL("../../packages/web", import.meta.url)), logLevel: "error" });
  const genscope = await startGenscope();
  const { endpoints } = await genscope.status();
  const url = endpoints.ui;
  return {
    url,
    async send(...traces) {
      await Promise.all(traces.map((trace) => post(`${genscope.http}/v1/traces`, trace.request)));
      for (const trace of traces) await stored(url, trace);
    },
    sendLogs: (request) => post(`${genscope.http}/v1/logs`, request),
    [Symbol.asyncDispose]: () => genscope.stop(),
  };
}

async function post(address: string, request: object): Promise<void> {
  const response = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}

async function stored(url: string, trace: MadeTrace): Promise<void> {
  const until = Date.now() + 20_000;
  const wide = trace.spanCount > 500;
  for (;;) {
    const seen = wide
      ? (await getJson<TraceList>(`${url}/api/v1/traces?q=${trace.traceId}&from=0`))?.traces[0]?.spanCount
      : (await getJson<TraceSkeleton>(`${url}/api/v1/traces/${trace.traceId}`))?.totalSpans;
    if (seen === trace.spanCount) return;
    if (Date.now() > until) throw new Error(`${seen ?? 0} of ${trace.spanCount} spans of ${trace.traceId} are stored`);
    await sleep(50);
  }
}

async function getJson<Answer>(address: string): Promise<Answer | undefined> {
  const response = await fetch(address);
  if (!response.ok) {
    await response.arrayBuffer();
    return undefined;
  }
  const answer: Answer = JSON.parse(await response.text());
  return answer;
}
