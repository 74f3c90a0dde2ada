import type { ModelCall } from "./model-call.ts";
import type { ChunkReader } from "./watch-call.ts";

/** What is needed to end a call of which nobody holds the result any more. Must not lead back to that result. */
export interface OpenCall {
  readonly call: ModelCall;
  readonly chunks?: ChunkReader | undefined;
  /** What is known to have gone wrong, though nobody read it. */
  readonly failure?: unknown;
}

function abandon(open: OpenCall): void {
  waiting.delete(open.call);
  open.call.abandon(open.chunks?.answer(), open.failure);
}

const registry = new FinalizationRegistry<OpenCall>(abandon);
/** Those registered and not released, for a process that ends before they are collected. */
const waiting = new Map<ModelCall, OpenCall>();

/** Ends a call when its result is let go of, as of the last thing that happened, unless it is released before. */
export function endWhenLetGo(result: object, open: OpenCall): void {
  waiting.set(open.call, open);
  registry.register(result, open, open.call);
}

/** Somebody reads the result, or the call has ended. */
export function release(call: ModelCall): void {
  if (waiting.delete(call)) registry.unregister(call);
}

/** Ends every call whose result nobody has read to its end: the process is about to. */
export function endOpenCalls(): void {
  for (const open of waiting.values()) {
    registry.unregister(open.call);
    abandon(open);
  }
}
