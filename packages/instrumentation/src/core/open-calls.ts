import { clearTimeout, setTimeout } from "node:timers";
import type { ModelCall } from "./model-call.ts";
import type { ChunkReader } from "./watch-call.ts";

/** What is needed to end a call of which nobody holds the result any more. Must not lead back to that result. */
export interface OpenCall {
  readonly call: ModelCall;
  readonly chunks?: ChunkReader | undefined;
  /** What is known to have gone wrong, though nobody read it. */
  readonly failure?: unknown;
}

/** A result that is held, and where it is in the list of them. */
export interface Held {
  readonly open: OpenCall;
  readonly result: object;
  at: number;
}

/** Results are held for a while: most calls are over by then, and an entry of a registry is dear to the garbage collector. */
const holdMs = 1000;
const held: Held[] = [];
let timer: NodeJS.Timeout | undefined;

const registry = new FinalizationRegistry<OpenCall>(abandon);
/** Those in the registry, for a process that ends before they are collected. */
const registered = new Map<ModelCall, OpenCall>();

function abandon(open: OpenCall): void {
  registered.delete(open.call);
  open.call.abandon(open.chunks?.answer(), open.failure);
}

/** From here on the garbage collector tells when what has been held is let go of. Happens by itself after a second. */
export function stopHolding(): void {
  clearTimeout(timer);
  timer = undefined;
  for (const { open, result } of held.splice(0)) {
    open.call.held = undefined;
    if (open.call.ended) continue;
    registered.set(open.call, open);
    registry.register(result, open, open.call);
  }
}

/** Ends a call when its result is let go of, as of the last thing that happened, unless it is released before. */
export function endWhenLetGo(result: object, open: OpenCall): void {
  release(open.call);
  open.call.held = { open, result, at: held.length };
  held.push(open.call.held);
  // not the global one: the clock of an application's tests must not stop it
  timer ??= setTimeout(stopHolding, holdMs).unref();
}

/** Somebody reads the result, or the call has ended. */
export function release(call: ModelCall): void {
  const entry = call.held;
  if (entry === undefined) {
    if (registered.size > 0 && registered.delete(call)) registry.unregister(call);
    return;
  }
  call.held = undefined;
  const last = held.pop();
  if (last === undefined || last === entry) return;
  held[entry.at] = last;
  last.at = entry.at;
}

/** Ends every call whose result nobody has read to its end: the process is about to. */
export function endOpenCalls(): void {
  stopHolding();
  for (const open of registered.values()) {
    registry.unregister(open.call);
    abandon(open);
  }
}
