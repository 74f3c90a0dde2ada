import { createRequire } from "node:module";

/** `require` of the module at a URL: its `import.meta.url`. In a bundle that has none (esbuild's for CommonJS) it is that of the directory the application was started in. */
export function requireFrom(url: string | undefined): NodeJS.Require {
  return createRequire(url ?? `${process.cwd()}/index.js`);
}
