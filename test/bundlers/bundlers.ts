import { basename, dirname } from "node:path";
import commonjsModule from "@rollup/plugin-commonjs";
import jsonModule from "@rollup/plugin-json";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { build as esbuild } from "esbuild";
import { rollup } from "rollup";
import { build as vite } from "vite";
import webpack from "webpack";

// modules whose types say that they are CommonJS
const commonjs = commonjsModule as unknown as typeof commonjsModule.default;
const json = jsonModule as unknown as typeof jsonModule.default;

export type Format = "esm" | "cjs";

export interface BundleOptions {
  readonly entry: string;
  readonly outFile: string;
  readonly format: Format;
  /** Packages, by what their imports begin with, that stay outside. */
  readonly external: readonly string[];
}

function isOutside(external: readonly string[], specifier: string): boolean {
  return external.some((start) => specifier.startsWith(start));
}

/** Each bundler set up as its own documentation says for a Node service. */
export const bundlers: Readonly<Record<string, (options: BundleOptions) => Promise<unknown>>> = {
  esbuild: ({ entry, outFile, format, external }) =>
    esbuild({
      entryPoints: [entry],
      outfile: outFile,
      format,
      external: external.map((start) => `${start}*`),
      bundle: true,
      minify: true,
      platform: "node",
      logLevel: "error",
      // it says that a bundle for CommonJS has no import.meta, which is what is tested
      logOverride: { "empty-import-meta": "silent" },
    }),

  webpack: ({ entry, outFile, format, external }) =>
    new Promise((resolve, reject) => {
      webpack(
        {
          mode: "production",
          target: "node22",
          entry,
          output: {
            path: dirname(outFile),
            filename: basename(outFile),
            ...(format === "esm" ? { module: true, library: { type: "module" } } : {}),
          },
          optimization: { minimize: false },
          experiments: { outputModule: format === "esm" },
          externalsType: format === "esm" ? "module" : "commonjs",
          externals: ({ request }, done) => {
            if (request !== undefined && isOutside(external, request)) done(undefined, request);
            else done();
          },
        },
        (error, stats) => {
          if (error !== null) reject(error);
          else if (stats?.hasErrors() === true) reject(new Error(stats.toString("errors-only")));
          else resolve(stats);
        },
      );
    }),

  rollup: async ({ entry, outFile, format, external }) => {
    const bundle = await rollup({
      input: entry,
      external: (specifier) => specifier.startsWith("node:") || isOutside(external, specifier),
      plugins: [nodeResolve({ preferBuiltins: true, exportConditions: ["node"] }), commonjs(), json()],
      onwarn: () => {},
    });
    await bundle.write({ file: outFile, format, inlineDynamicImports: true });
    await bundle.close();
  },

  vite: ({ entry, outFile, format, external }) =>
    vite({
      configFile: false,
      root: dirname(entry),
      logLevel: "error",
      ssr: external.length === 0 ? { noExternal: true } : { noExternal: true, external: [...external] },
      build: {
        ssr: entry,
        outDir: dirname(outFile),
        emptyOutDir: false,
        rolldownOptions: { output: { format, entryFileNames: basename(outFile) } },
      },
    }),
};
