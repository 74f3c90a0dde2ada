import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { guard } from "../core/guard.ts";
import { isObject } from "../core/read.ts";

/** What is used of a package.json. */
export interface Manifest {
  readonly name?: unknown;
  readonly main?: unknown;
  readonly module?: unknown;
  readonly exports?: unknown;
}

const manifests = new Map<string, Manifest | undefined>();

/** The manifest in a package's directory, a URL that ends with a slash; read once. */
export function manifestIn(directory: string): Manifest | undefined {
  if (manifests.has(directory)) return manifests.get(directory);
  const manifest = guard("reading a package's manifest", () => {
    const file = fileURLToPath(`${directory}package.json`);
    return JSON.parse(readFileSync(file, "utf8")) as Manifest;
  });
  manifests.set(directory, manifest);
  return manifest;
}

/** Whether a file, relative to its package, is what `import` or `require` of a subpath (`.`, `./client`) may load. */
export function isFileOf(manifest: Manifest, subpath: string, file: string): boolean {
  const { exports } = manifest;
  const wanted = `./${file}`;
  if (exports === undefined || exports === null) {
    const named = subpath === "." ? [manifest.main, manifest.module, "index"] : [subpath];
    return named.some((name) => typeof name === "string" && isFileNamed(wanted, name));
  }
  const bySubpath = isObject(exports) && Object.keys(exports).some((key) => key.startsWith("."));
  if (!bySubpath) return subpath === "." && leavesOf(exports).includes(wanted);
  if (exports[subpath] !== undefined) return leavesOf(exports[subpath]).includes(wanted);
  return Object.entries(exports).some(([key, value]) => {
    const star = starOf(key, subpath);
    return star !== undefined && leavesOf(value).some((leaf) => leaf.replaceAll("*", star) === wanted);
  });
}

/** What Node would try for a name that may lack its extension or be a directory. */
function isFileNamed(file: string, name: string): boolean {
  const base = `./${name.replace(/^\.\//u, "").replace(/\/$/u, "")}`;
  const rest = file.startsWith(base) ? file.slice(base.length) : undefined;
  return rest !== undefined && /^(?:\/index)?(?:\.[cm]?js)?$/u.test(rest);
}

/** What `*` stands for in a key of `exports`, if it matches. */
function starOf(key: string, subpath: string): string | undefined {
  const [before, after] = key.split("*") as [string, string | undefined];
  if (after === undefined || !subpath.startsWith(before) || !subpath.endsWith(after)) return undefined;
  return subpath.slice(before.length, subpath.length - after.length);
}

/** Every file that an entry of `exports` may lead to, whatever the conditions. */
function leavesOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return isObject(value) ? Object.values(value).flatMap(leavesOf) : [];
}
