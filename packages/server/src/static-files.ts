import { readFile, realpath, stat } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";
import type { MiddlewareHandler } from "hono";

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".json": "application/json",
  ".woff2": "font/woff2",
  ".map": "application/json",
  ".webmanifest": "application/manifest+json",
};

const notBuilt = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="1"><title>Genscope</title></head>
<body><p>The UI is being built; this page shows it in a moment. OTLP ports and API work already.</p></body></html>`;

/** A file's content if it is one, and is in the directory when all links are followed. */
async function readIfFile(root: string, path: string): Promise<Buffer | undefined> {
  try {
    const [realRoot, file] = await Promise.all([realpath(root), realpath(join(root, path))]);
    if (!file.startsWith(realRoot + sep)) return undefined;
    return (await stat(file)).isFile() ? await readFile(file) : undefined;
  } catch {
    return undefined;
  }
}

/** The path an address names; undefined if it names none, or one outside. */
function pathOf(url: string): string | undefined {
  try {
    const path = normalize(decodeURIComponent(new URL(url).pathname)).replaceAll("\\", "/");
    return path.includes("..") || path.includes("\0") ? undefined : path;
  } catch {
    return undefined;
  }
}

/** The built UI: files as they are, the page itself for every other address, so that deep links work. */
export function staticFiles(root: string): MiddlewareHandler {
  return async (context) => {
    const path = pathOf(context.req.url);
    if (path === undefined) return context.notFound();
    const file = await readIfFile(root, path);
    if (file !== undefined) {
      // names under assets/ carry a hash of their content
      const cache = path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
      return context.body(new Uint8Array(file), 200, {
        "content-type": types[extname(path)] ?? "application/octet-stream",
        "cache-control": cache,
      });
    }
    if (extname(path) !== "") return context.notFound();
    const page = await readIfFile(root, "index.html");
    return context.html(page === undefined ? notBuilt : page.toString("utf8"), 200, { "cache-control": "no-cache" });
  };
}
