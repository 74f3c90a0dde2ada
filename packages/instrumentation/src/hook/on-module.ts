import { registerHooks } from "node:module";
import { guard } from "../core/guard.ts";
import { entryOf } from "./entry-of.ts";
import { loadedModules } from "./loaded-modules.ts";

/** A package whose entry somebody wants to see once it is loaded. */
export interface ModuleTarget {
  readonly packageName: string;
  /** Called with the exports of each copy of the package, ESM or CommonJS, once per copy. */
  onLoad(exports: unknown): void;
}

type Loaded = (packageName: string, exports: unknown, url: string) => void;

/** What loaded modules call, across copies of this package. */
const loadedKey = Symbol.for("genscope.module-loaded");
const shared = globalThis as { [loadedKey]?: Loaded };

const targets = new Map<string, Set<ModuleTarget>>();
/** Exports seen so far: an instrumentation that comes later wants them too. */
const seen = new Map<string, Set<unknown>>();
let hooked = false;

/**
 * Tells of a package being loaded: with `import` or `require`, later or already. The loaded code is the package's own; one line at the end of its entry
 * hands out the finished exports, so neither export objects nor identities change. Gives back a function that stops it.
 */
export function onModule(target: ModuleTarget, options: { readonly alreadyLoaded?: boolean } = {}): () => void {
  const { packageName } = target;
  const known = targets.get(packageName) ?? new Set();
  targets.set(packageName, known.add(target));
  installHook();
  for (const exports of seen.get(packageName) ?? []) tell(target, exports);
  if (options.alreadyLoaded !== false) {
    guard("finding loaded modules", () => {
      for (const { url, exports } of loadedModules(packageName)) handOut(packageName, exports, url);
    });
  }
  return () => void known.delete(target);
}

function tell(target: ModuleTarget, exports: unknown): void {
  guard(`instrumenting ${target.packageName}`, () => target.onLoad(exports));
}

function handOut(packageName: string, exports: unknown, _url: string): void {
  const known = seen.get(packageName) ?? new Set();
  if (known.has(exports)) return;
  seen.set(packageName, known.add(exports));
  for (const target of targets.get(packageName) ?? []) tell(target, exports);
}

function installHook(): void {
  if (hooked) return;
  hooked = true;
  const before = shared[loadedKey];
  shared[loadedKey] = (packageName, exports, url) => {
    before?.(packageName, exports, url);
    handOut(packageName, exports, url);
  };
  registerHooks({
    load(url, context, nextLoad) {
      const result = nextLoad(url, context);
      const packageName = entryOf(url, targets.keys());
      if (packageName === undefined || result.source === undefined || result.source === null) return result;
      const source = guard("preparing a module", () => withHandOut(result.source, result.format, packageName, url));
      return source === undefined ? result : { ...result, source };
    },
  });
}

/** The marker that tells code handed out already from code that was not, should two copies of this package hook the same module. */
const handOutMark = "genscope.module-loaded";

function withHandOut(source: unknown, format: string | null | undefined, packageName: string, url: string): string {
  const text = typeof source === "string" ? source : new TextDecoder().decode(source as Uint8Array);
  if (text.includes(handOutMark)) return text;
  const [name, at] = [JSON.stringify(packageName), JSON.stringify(url)];
  const call = (exports: string): string => `globalThis[Symbol.for("${handOutMark}")]?.(${name},${exports},${at});`;
  if (format === "module") return `${text}\nimport * as $genscope from ${at};${call("$genscope")}\n`;
  return `${text}\n;${call("module.exports")}\n`;
}
