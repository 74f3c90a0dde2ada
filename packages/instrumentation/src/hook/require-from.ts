/** `require` of the module at a URL: its `import.meta.url`. In a bundle that has none (esbuild's for CommonJS) it is that of the directory the application was started in. */
export function requireFrom(url: string | undefined): NodeJS.Require {
  // not imported: webpack would have its own idea of what it makes
  return process.getBuiltinModule("node:module").createRequire(url ?? `${process.cwd()}/index.js`);
}
