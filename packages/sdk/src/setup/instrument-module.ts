import type { LibraryName } from "@genscope/instrumentation";

/** What takes modules over: a set-up. */
interface Taker {
  instrumentModule(module: unknown, library: LibraryName | undefined): void;
}

type HandedOver = readonly [module: unknown, library: LibraryName | undefined];

// one for all copies of this package: bundlers put one into each bundle that uses it
const takerKey = Symbol.for("genscope.module-taker");
const waitingKey = Symbol.for("genscope.waiting-modules");
const shared = globalThis as { [takerKey]?: Taker | undefined; [waitingKey]?: HandedOver[] };

/**
 * Instruments code that no loader sees, where it is imported: a bundled class, a namespace or a client, and the library it is of (`openai` unless said). May
 * come before `init()`, which takes over what was handed over until then; without `init()` nothing happens.
 *
 * @example
 * ```ts
 * import { instrumentModule } from "@genscope/sdk";
 * import OpenAI from "openai";
 * instrumentModule(OpenAI);
 * ```
 */
export function instrumentModule(module: unknown, library?: LibraryName): void {
  const taker = shared[takerKey];
  if (taker === undefined) (shared[waitingKey] ??= []).push([module, library]);
  else taker.instrumentModule(module, library);
}

/** Makes a set-up the one that modules are handed over to, those that wait among them. */
export function takeModules(taker: Taker): void {
  shared[takerKey] = taker;
  for (const [module, library] of shared[waitingKey]?.splice(0) ?? []) taker.instrumentModule(module, library);
}
