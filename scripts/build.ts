/**
 * `npm run build`: what is published. Plain `tsc` per package, files that are not TypeScript copied beside, Vite for the UI. Of packages that applications
 * load `tsc` writes the types alone. `node scripts/build.ts packages/sdk …` builds some.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { bundledPackages, bundlePackage } from "./bundle.ts";

const root = join(import.meta.dirname, "..");

function run(command: string, args: readonly string[], cwd: string): void {
  const { status } = spawnSync(process.execPath, [join(root, "node_modules", command), ...args], {
    cwd,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error(`${command} failed in ${relative(root, cwd)}`);
}

/** Packages in the order of their dependencies, so that each finds the types of those it uses. */
function ordered(): string[] {
  const manifests = new Map(
    globSync(["packages/*/package.json", "examples/*/package.json"], { cwd: root }).map((file) => {
      const manifest = JSON.parse(readFileSync(join(root, file), "utf8")) as {
        name: string;
        dependencies?: Record<string, string>;
        devDependencies?: Record<string, string>;
      };
      const dir = dirname(file);
      // what goes into a bundle has to be there before it
      const carried = bundledPackages.includes(dir) ? manifest.devDependencies : {};
      return [manifest.name, { dir, dependencies: Object.keys({ ...manifest.dependencies, ...carried }) }] as const;
    }),
  );
  const done = new Set<string>();
  const visit = (name: string): void => {
    const manifest = manifests.get(name);
    if (manifest === undefined || done.has(name)) return;
    for (const dependency of manifest.dependencies) visit(dependency);
    done.add(name);
  };
  for (const name of manifests.keys()) visit(name);
  return [...done].map((name) => manifests.get(name)!.dir);
}

function exportsTesting(cwd: string): boolean {
  const manifest = JSON.parse(readFileSync(join(cwd, "package.json"), "utf8")) as {
    exports?: Record<string, { default?: string }>;
  };
  return manifest.exports?.["./testing"]?.default !== undefined;
}

const wanted = process.argv.slice(2);
for (const dir of ordered().filter((one) => wanted.length === 0 || wanted.includes(one))) {
  const isBundled = bundledPackages.includes(dir);
  const cwd = join(root, dir);
  rmSync(join(cwd, "dist"), { recursive: true, force: true });
  if (existsSync(join(cwd, "vite.config.ts"))) {
    run("vite/bin/vite.js", ["build", "--logLevel", "warn"], cwd);
    continue;
  }
  const config = join(cwd, "tsconfig.build.json");
  writeFileSync(
    config,
    JSON.stringify({
      extends: "../../tsconfig.base.json",
      compilerOptions: { rootDir: "src", outDir: "dist", customConditions: [], emitDeclarationOnly: isBundled },
      include: ["src"],
      // helpers of a package's own tests, unless it hands them out
      exclude: ["src/**/*.test.ts", "src/**/*.fixture.ts", ...(exportsTesting(cwd) ? [] : ["src/testing"])],
    }),
  );
  try {
    run("typescript/bin/tsc", ["-p", config], cwd);
  } finally {
    rmSync(config);
  }
  if (isBundled) await bundlePackage(cwd, join(cwd, "dist"));
  for (const file of globSync("src/**/*.{sql,json}", { cwd })) {
    const target = join(cwd, "dist", relative("src", file));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(cwd, file), target);
  }
  process.stdout.write(`built ${dir}\n`);
}
