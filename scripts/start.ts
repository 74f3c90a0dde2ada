/** `npm start`: Genscope from source. Opens the ports at once; if the UI is missing or older than its source, builds it meanwhile. */
import { spawn } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const web = join(root, "packages/web");

function newest(dir: string): number {
  let time = 0;
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) time = Math.max(time, statSync(join(entry.parentPath, entry.name)).mtimeMs);
  }
  return time;
}

function uiIsFresh(): boolean {
  try {
    const built = statSync(join(web, "dist/index.html")).mtimeMs;
    const sources = [join(web, "src"), join(root, "packages/semconv/src"), join(root, "packages/server/src")];
    return sources.every((dir) => newest(dir) < built) && statSync(join(web, "index.html")).mtimeMs < built;
  } catch {
    return false;
  }
}

if (!uiIsFresh()) {
  const build = spawn(process.execPath, [join(root, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "warn"], {
    cwd: web,
    stdio: ["ignore", "inherit", "inherit"],
  });
  build.on("exit", (code) => {
    if (code !== 0 && code !== null)
      process.stderr.write("The UI could not be built (see above); the API and the OTLP ports work.\n");
  });
}

await import("../packages/genscope/src/main.ts");
