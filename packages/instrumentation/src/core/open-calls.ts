import { clearTimeout, setImmediate, setTimeout } from "node:timers";
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
  readonly signal: AbortSignal | undefined;
  at: number;
}

/** Results are held for a while, and only then watched: many calls are over by then, and a place in a list costs next to nothing. */
const holdMs = 1000;
const held: Held[] = [];
let timer: NodeJS.Timeout | undefined;

/** A call that is watched until it is over; what aborts it may live on. */
interface Watched {
  open: OpenCall | undefined;
}

const registry = new FinalizationRegistry<Watched>(abandon);
const watched = new Map<ModelCall, Watched>();

/** Ends a call when its result is let go of or aborted by the application, as of the last thing that happened, unless it is released before. */
export function endWhenLetGo(result: object, open: OpenCall, signal?: AbortSignal): void {
  release(open.call);
  open.call.held = { open, result, signal, at: held.length };
  held.push(open.call.held);
  // not the global one: the clock of an application's tests must not stop it
  timer ??= setTimeout(stopHolding, holdMs).unref();
}

/** Somebody reads the result, or the call has ended. */
export function release(call: ModelCall): void {
  const entry = call.held;
  if (entry === undefined) {
    if (watched.size > 0) stopWatching(call);
    return;
  }
  call.held = undefined;
  const last = held.pop();
  if (last === undefined || last === entry) return;
  held[entry.at] = last;
  last.at = entry.at;
}

/** From here on the garbage collector tells when what was held is let go of, and the signal that it is aborted. Happens by itself after a second. */
export function stopHolding(): void {
  clearTimeout(timer);
  timer = undefined;
  for (const { open, result, signal } of held.splice(0)) {
    open.call.held = undefined;
    if (open.call.ended) continue;
    const entry: Watched = { open };
    watched.set(open.call, entry);
    registry.register(result, entry, open.call);
    // the reader is not told, its stream just comes to an end, perhaps never. A library that aborts because of a failure tells its reader first
    if (signal?.aborted === true) abandon(entry);
    else signal?.addEventListener("abort", () => setImmediate(() => abort(entry)), { once: true });
  }
}

function stopWatching(call: ModelCall): void {
  const entry = watched.get(call);
  if (entry === undefined) return;
  watched.delete(call);
  registry.unregister(call);
  entry.open = undefined;
}

function abandon({ open }: Watched): void {
  if (open === undefined) return;
  stopWatching(open.call);
  open.call.abandon(open.chunks?.answer(), open.failure);
}

function abort({ open }: Watched): void {
  if (open === undefined) return;
  stopWatching(open.call);
  open.call.end(open.chunks?.answer());
}

/** Ends every call whose result nobody has read to its end: the process is about to. */
export function endOpenCalls(): void {
  stopHolding();
  for (const entry of watched.values()) abandon(entry);
}
