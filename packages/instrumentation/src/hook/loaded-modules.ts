import { findPackageJSON } from "node:module";
import { pathToFileURL } from "node:url";
import { entryOf } from "./entry-of.ts";
import { requireFrom } from "./require-from.ts";

export interface LoadedModule {
  readonly specifier: string;
  readonly url: string;
  readonly exports: unknown;
}

const require = requireFrom(import.meta.url);

/**
 * Copies of these modules that the process has loaded already. CommonJS keeps a list; for ESM there is none, so V8 is asked which scripts it knows (some
 * tens of milliseconds, and only where one of the packages is installed at all). Nothing is loaded that was not.
 */
export function loadedModules(specifiers: readonly string[]): readonly LoadedModule[] {
  const found = new Map<string, LoadedModule>();
  for (const [file, module] of Object.entries(require.cache)) {
    const url = pathToFileURL(file).href;
    const specifier = module?.loaded === true ? entryOf(url, specifiers) : undefined;
    if (specifier !== undefined) found.set(url, { specifier, url, exports: module?.exports });
  }
  const installed = specifiers.filter((specifier) => isInstalled(packageOf(specifier)));
  if (installed.length === 0) return [...found.values()];
  for (const url of scriptUrls()) {
    if (url.endsWith(".cjs") || found.has(url)) continue;
    const specifier = entryOf(url, installed);
    // already evaluated, so this gives the namespace that everybody else has
    if (specifier !== undefined) found.set(url, { specifier, url, exports: require(new URL(url).pathname) as unknown });
  }
  return [...found.values()];
}

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** Whether the application, or what runs from its directory, could have loaded the package. */
function isInstalled(packageName: string): boolean {
  const from = [process.argv[1], `${process.cwd()}/index.js`, import.meta.filename];
  return from.some((file) => {
    if (file === undefined) return false;
    try {
      return findPackageJSON(packageName, pathToFileURL(file)) !== undefined;
    } catch {
      return false;
    }
  });
}

interface InspectorSession {
  connect(): void;
  disconnect(): void;
  on(event: "Debugger.scriptParsed", listener: (message: { params: { url: string } }) => void): void;
  post(method: string): void;
}

function scriptUrls(): readonly string[] {
  const urls: string[] = [];
  // not imported: a Node built or run without the inspector must be able to load this file
  const { Session } = process.getBuiltinModule("node:inspector") as unknown as { Session: new () => InspectorSession };
  const session = new Session();
  session.connect();
  try {
    session.on("Debugger.scriptParsed", ({ params }) => {
      if (params.url.startsWith("file:")) urls.push(params.url);
    });
    session.post("Debugger.enable");
    session.post("Debugger.disable");
  } finally {
    session.disconnect();
  }
  return urls;
}
