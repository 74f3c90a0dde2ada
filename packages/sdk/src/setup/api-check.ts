import { realpathSync, readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { requireFrom } from "@genscope/instrumentation";

/** One copy of `@opentelemetry/api` on disk. */
export interface ApiCopy {
  readonly version: string;
  readonly directory: string;
}

const packageName = "@opentelemetry/api";
const globalKey = Symbol.for("opentelemetry.js.api.1");

function copySeenFrom(file: string): ApiCopy | undefined {
  try {
    const manifest = findPackageJSON(packageName, pathToFileURL(file));
    if (manifest === undefined) return undefined;
    const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
    return { version, directory: realpathSync(dirname(manifest)) };
  } catch {
    return undefined;
  }
}

/** The copy this package uses; `undefined` in a bundle, which has it inside. */
export function ownApi(): ApiCopy | undefined {
  return copySeenFrom(import.meta.filename);
}

/** Copies of the API other than our own, that the application would load or that are loaded (CommonJS) already. */
export function otherApis(own: ApiCopy | undefined): readonly ApiCopy[] {
  const copies = new Map<string, ApiCopy>();
  const loaded = Object.keys(requireFrom(import.meta.url).cache).filter((file) =>
    /[\\/]@opentelemetry[\\/]api[\\/](?:build|dist)[\\/]/u.test(file),
  );
  for (const file of [process.argv[1], `${process.cwd()}/index.js`, ...loaded]) {
    const copy = file === undefined ? undefined : copySeenFrom(file);
    if (copy !== undefined && copy.directory !== own?.directory) copies.set(copy.directory, copy);
  }
  return [...copies.values()];
}

/** Whether code that holds `seen` finds what was registered through `registered`: same major, and not older than the reader. */
export function isVisible(registered: string, seen: string): boolean {
  const [major, minor] = registered.split(".").map(Number);
  const [seenMajor, seenMinor] = seen.split(".").map(Number);
  return major === seenMajor && (minor ?? 0) >= (seenMinor ?? 0);
}

/**
 * What is wrong with the copies of `@opentelemetry/api` in this process, in words that name the remedy; empty if nothing is. Each copy keeps what is
 * registered under its version: code that holds a newer copy than the one registered with gets a tracer that does nothing, and says nothing.
 */
export function checkApi(): readonly string[] {
  const own = ownApi();
  return apiProblems(own, otherApis(own));
}

/** {@link checkApi} for given copies. */
export function apiProblems(own: ApiCopy | undefined, others: readonly ApiCopy[]): readonly string[] {
  const problems: string[] = [];
  const registered = (globalThis as { [globalKey]?: { version: string } })[globalKey]?.version;
  const version = registered ?? own?.version;
  if (version === undefined) return problems;
  if (own !== undefined && !isVisible(version, own.version)) {
    problems.push(
      `OpenTelemetry was set up through ${packageName} ${version}, before init(). ${own.version}, the copy that @genscope/sdk ` +
        `uses (${own.directory}), cannot see it: spans would be lost. Install one version only, the newer one.`,
    );
  }
  for (const copy of others) {
    if (isVisible(version, copy.version)) continue;
    problems.push(
      `${copy.directory} is ${packageName} ${copy.version}, but ${version} is set up: spans of code that uses that copy are ` +
        `lost without a word. Install one version only: npm install ${packageName}@${copy.version}`,
    );
  }
  return problems;
}
