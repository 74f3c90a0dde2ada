/** The worker of load-trace.ts. */
import { ApiError } from "@genscope/server/client";
import { apiClient } from "../api/client.ts";
import { buffersOf, buildTraceModel, type TraceModel } from "./model.ts";

export type LoadRequest = { id: number; traceId: string } | { id: number; abort: true };
export type LoadAnswer =
  | { id: number; model: TraceModel }
  | { id: number; failure: { code: string; message: string; status: number } };

const running = new Map<number, AbortController>();

self.addEventListener("message", (event: MessageEvent<LoadRequest>) => {
  const request = event.data;
  if ("abort" in request) running.get(request.id)?.abort();
  else void load(request.id, request.traceId);
});

async function load(id: number, traceId: string): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const model = buildTraceModel(await apiClient(controller.signal).trace(traceId));
    // A worker has no origin to name.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    self.postMessage({ id, model } satisfies LoadAnswer, { transfer: buffersOf(model) });
  } catch (error) {
    const { code, message, status } =
      error instanceof ApiError ? error : { code: "unreadable", message: String(error), status: 0 };
    // A worker has no origin to name.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    if (!controller.signal.aborted) self.postMessage({ id, failure: { code, message, status } } satisfies LoadAnswer);
  } finally {
    running.delete(id);
  }
}
