import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { guard } from "../core/guard.ts";

const entryPattern =
  /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?:(?:dist|lib|build)\/(?:src\/|esm\/|cjs\/)?)?index\.[cm]?js$/u;

/** The one of these packages that a URL is the entry of. An npm alias has the package's name in its directory's, and is asked for its own. */
export function entryOf(url: string, packageNames: Iterable<string>): string | undefined {
  const directory = entryPattern.exec(url)?.[1];
  if (directory === undefined) return undefined;
  for (const packageName of packageNames) {
    if (directory === packageName) return packageName;
    if (directory.includes(packageName) && manifestName(url, directory) === packageName) return packageName;
  }
  return undefined;
}

function manifestName(url: string, directory: string): string | undefined {
  return guard("reading a package's name", () => {
    const root = url.slice(0, url.lastIndexOf(`/node_modules/${directory}/`));
    const manifest = fileURLToPath(`${root}/node_modules/${directory}/package.json`);
    return (JSON.parse(readFileSync(manifest, "utf8")) as { name?: string }).name;
  });
}
