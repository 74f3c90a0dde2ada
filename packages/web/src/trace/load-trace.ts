import { ApiError } from "@genscope/server/client";
import type { TraceModel } from "./model.ts";
import type { LoadAnswer, LoadRequest } from "./load-trace.worker.ts";

/**
 * Fetches a trace, parses it and lays it out in a worker: 100,000 spans are some ten megabytes of JSON, and the page stays free
 * meanwhile.
 */
export function loadTrace(traceId: string, signal: AbortSignal): Promise<TraceModel> {
  return new Promise((resolve, reject) => {
    const id = ++lastId;
    const target = (worker ??= start());
    const finish = (): void => {
      waiting.delete(id);
      signal.removeEventListener("abort", abort);
    };
    const abort = (): void => {
      finish();
      // A worker has no origin to name.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      target.postMessage({ id, abort: true } satisfies LoadRequest);
      reject(signal.reason instanceof Error ? signal.reason : new DOMException("aborted", "AbortError"));
    };
    signal.addEventListener("abort", abort);
    waiting.set(id, (answer) => {
      finish();
      if ("model" in answer) resolve(answer.model);
      else reject(new ApiError(answer.failure.code, answer.failure.message, answer.failure.status));
    });
    // A worker has no origin to name.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    target.postMessage({ id, traceId } satisfies LoadRequest);
  });
}

let worker: Worker | undefined;
let lastId = 0;
const waiting = new Map<number, (answer: LoadAnswer) => void>();

function start(): Worker {
  const started = new Worker(new URL("./load-trace.worker.ts", import.meta.url), { type: "module" });
  started.addEventListener("message", (event: MessageEvent<LoadAnswer>) => waiting.get(event.data.id)?.(event.data));
  started.addEventListener("error", (event) => {
    const failure = { code: "worker", message: `The trace could not be read: ${event.message}`, status: 0 };
    for (const [id, settle] of waiting) settle({ id, failure });
    started.terminate();
    worker = undefined;
  });
  return started;
}
