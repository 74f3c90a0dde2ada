import { registerHooks } from "node:module";
import { guard } from "../core/guard.ts";
import { entryOf } from "./entry-of.ts";
import { loadedModules } from "./loaded-modules.ts";

/** Modules that somebody wants to see once they are loaded. */
export interface ModuleTarget {
  /** As an application would import them: `openai`, `@scope/lib/client`. */
  readonly specifiers: readonly string[];
  /** Functions of the modules that they do not export and that may have to be replaced: reached only in modules loaded from now on. */
  readonly locals?: readonly string[];
  /** Called with the exports of each copy of a module, ESM or CommonJS, once per copy. */
  onLoad(exports: unknown, specifier: string, locals: ModuleLocals): void;
}

/** A function that a module keeps to itself. */
export interface ModuleLocal {
  get(): unknown;
  set(value: unknown): void;
}

/** Those that were asked for and are there. */
export type ModuleLocals = Readonly<Record<string, ModuleLocal>>;

type Loaded = (specifier: string, exports: unknown, url: string, locals?: ModuleLocals) => void;

/** What loaded modules call, across copies of this package. */
const loadedKey = Symbol.for("genscope.module-loaded");
const shared = globalThis as { [loadedKey]?: Loaded };

const targets = new Map<string, Set<ModuleTarget>>();
/** Exports seen so far: an instrumentation that comes later wants them too. */
const seen = new Map<string, Map<unknown, ModuleLocals>>();
let hooked = false;

/**
 * Tells of modules being loaded: with `import` or `require`, later or already. The loaded code is the package's own; one line at the end of it hands out
 * the finished exports, so neither export objects nor identities change. Gives back a function that stops it.
 */
export function onModule(target: ModuleTarget, options: { readonly alreadyLoaded?: boolean } = {}): () => void {
  const { specifiers } = target;
  for (const specifier of specifiers) {
    const known = targets.get(specifier) ?? new Set();
    targets.set(specifier, known.add(target));
  }
  installHook();
  for (const specifier of specifiers) {
    for (const [exports, locals] of seen.get(specifier) ?? []) tell(target, exports, specifier, locals);
  }
  if (options.alreadyLoaded !== false) {
    guard("finding loaded modules", () => {
      for (const { specifier, exports } of loadedModules(specifiers)) handOut(specifier, exports);
    });
  }
  return () => {
    for (const specifier of specifiers) targets.get(specifier)?.delete(target);
  };
}

function tell(target: ModuleTarget, exports: unknown, specifier: string, locals: ModuleLocals): void {
  guard(`instrumenting ${specifier}`, () => target.onLoad(exports, specifier, locals));
}

function handOut(specifier: string, exports: unknown, locals: ModuleLocals = {}): void {
  const known = seen.get(specifier) ?? new Map();
  if (known.has(exports)) return;
  seen.set(specifier, known.set(exports, locals));
  for (const target of targets.get(specifier) ?? []) tell(target, exports, specifier, locals);
}

function installHook(): void {
  if (hooked) return;
  hooked = true;
  const before = shared[loadedKey];
  shared[loadedKey] = (specifier, exports, url, locals) => {
    before?.(specifier, exports, url, locals);
    handOut(specifier, exports, locals);
  };
  registerHooks({
    load(url, context, nextLoad) {
      const result = nextLoad(url, context);
      const specifier = entryOf(url, targets.keys());
      if (specifier === undefined || result.source === undefined || result.source === null) return result;
      const source = guard("preparing a module", () => withHandOut(result.source, result.format, specifier, url));
      return source === undefined ? result : { ...result, source };
    },
  });
}

/** The marker that tells code handed out already from code that was not, should two copies of this package hook the same module. */
const handOutMark = "genscope.module-loaded";

function withHandOut(source: unknown, format: string | null | undefined, specifier: string, url: string): string {
  const text = typeof source === "string" ? source : new TextDecoder().decode(source as Uint8Array);
  if (text.includes(handOutMark)) return text;
  const [name, at] = [JSON.stringify(specifier), JSON.stringify(url)];
  const locals = localsIn(text, specifier);
  const call = (exports: string): string =>
    `globalThis[Symbol.for("${handOutMark}")]?.(${name},${exports},${at}${locals});`;
  if (format === "module") return `${text}\nimport * as $genscope from ${at};${call("$genscope")}\n`;
  return `${text}\n;${call("module.exports")}\n`;
}

/** Only a declared function can be assigned to; a name that is imported or constant is left out. */
function localsIn(text: string, specifier: string): string {
  const wanted = new Set([...(targets.get(specifier) ?? [])].flatMap(({ locals }) => locals ?? []));
  const found = [...wanted].flatMap((name) => {
    const local = declaredAs(text, name);
    return local === undefined ? [] : [`${name}:{get:()=>${local},set:($genscope_)=>{${local}=$genscope_}}`];
  });
  return found.length === 0 ? "" : `,{${found.join(",")}}`;
}

/** The name that a module has for a function: its own, or in minified code the one it exports it from. */
function declaredAs(text: string, name: string): string | undefined {
  if (new RegExp(`^(?:async )?function ${name}\\(`, "mu").test(text)) return name;
  const short = new RegExp(`[{,]([\\w$]+) as ${name}[,}]`, "u").exec(text)?.[1];
  return short !== undefined && text.includes(`function ${short}(`) ? short : undefined;
}
