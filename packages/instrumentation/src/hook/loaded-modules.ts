import { createRequire, findPackageJSON } from "node:module";
import { pathToFileURL } from "node:url";
import { entryOf } from "./entry-of.ts";

export interface LoadedModule {
  readonly url: string;
  readonly exports: unknown;
}

const require = createRequire(import.meta.url);

/**
 * Copies of a package that the process has loaded already. CommonJS keeps a list; for ESM there is none, so V8 is asked which scripts it knows (some tens
 * of milliseconds, and only where the package is installed at all). Nothing is loaded that was not.
 */
export function loadedModules(packageName: string): readonly LoadedModule[] {
  const found: LoadedModule[] = [];
  for (const [file, module] of Object.entries(require.cache)) {
    const url = pathToFileURL(file).href;
    if (module?.loaded === true && entryOf(url, [packageName]) === packageName)
      found.push({ url, exports: module.exports });
  }
  if (!isInstalled(packageName)) return found;
  for (const url of scriptUrls()) {
    if (
      !url.endsWith(".cjs") &&
      entryOf(url, [packageName]) === packageName &&
      !found.some((module) => module.url === url)
    ) {
      // already evaluated, so this gives the namespace that everybody else has
      found.push({ url, exports: require(new URL(url).pathname) as unknown });
    }
  }
  return found;
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
