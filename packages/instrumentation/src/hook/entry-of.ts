import { isFileOf, manifestIn } from "./package-files.ts";

const inPackage = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\/)(.+\.[cm]?js)$/u;
const specifierPattern = /^((?:@[^/]+\/)?[^/]+)(?:\/(.+))?$/u;

interface Parsed {
  readonly packageName: string;
  readonly subpath: string | undefined;
}

/** By specifier: every file that is loaded is held against all of them. */
const parsed = new Map<string, Parsed>();

function parse(specifier: string): Parsed {
  const known = parsed.get(specifier);
  if (known !== undefined) return known;
  const [, packageName = "", subpath] = specifierPattern.exec(specifier) ?? [];
  const one = { packageName, subpath };
  parsed.set(specifier, one);
  return one;
}

/**
 * The one of these specifiers (`openai`, `@scope/lib/client`) whose `import` or `require` loads the file at a URL. An npm alias has the package's name in
 * its directory's, and is known by its manifest.
 */
export function entryOf(url: string, specifiers: Iterable<string>): string | undefined {
  const match = inPackage.exec(url);
  if (match === null) return undefined;
  const [, root, directory, file] = match as unknown as [string, string, string, string];
  for (const specifier of specifiers) {
    const { packageName, subpath } = parse(specifier);
    // most files of most packages go no further than this
    if (!directory.includes(packageName)) continue;
    const manifest = manifestIn(root);
    if (manifest === undefined || manifest.name !== packageName) continue;
    if (isFileOf(manifest, subpath === undefined ? "." : `./${subpath}`, file)) return specifier;
  }
  return undefined;
}
