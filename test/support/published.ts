import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { bundledPackages, bundlePackage } from "../../scripts/bundle.ts";

const root = join(import.meta.dirname, "../..");

export interface Project {
  /** Has `node_modules` with the packages as they are published, and what else was asked for. */
  readonly directory: string;
  /** Puts a package of the workspace into it, as `from` (a package.json) would find it. */
  add(name: string, from?: string): void;
  remove(): void;
}

/** What the published packages depend on, beside OpenTelemetry's API. */
const theirDependencies = ["re2js", "@noble/hashes", "@pydantic/genai-prices"];

/** Puts the packages that applications load, as they would be published, and what they depend on into a project, as files of its own. */
export async function installPublished(directory: string): Promise<void> {
  const modules = join(directory, "node_modules");
  for (const name of bundledPackages) {
    const target = join(modules, "@genscope", basename(name));
    rmSync(target, { recursive: true, force: true });
    await bundlePackage(join(root, name), join(target, "dist"));
    cpSync(join(root, name, "package.json"), join(target, "package.json"));
  }
  for (const name of theirDependencies) {
    cpSync(directoryOf(name, join(root, "package.json")), join(modules, name), { recursive: true });
  }
}

/** A project outside the workspace in which the packages that applications load are installed as they would be published. */
export async function createProject(): Promise<Project> {
  const directory = mkdtempSync(join(tmpdir(), "genscope-project-"));
  const add = (name: string, from = join(root, "packages/instrumentation/package.json")): void => {
    const path = join(directory, "node_modules", name);
    rmSync(path, { force: true });
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(directoryOf(name, from), path);
  };
  await installPublished(directory);
  add("@opentelemetry/api");
  add("openai");
  return { directory, add, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** Where a package is, whatever of it may be imported. */
function directoryOf(name: string, from: string): string {
  for (const modules of createRequire(from).resolve.paths(name) ?? []) {
    const directory = join(modules, name);
    if (existsSync(join(directory, "package.json"))) return directory;
  }
  throw new Error(`${name} is not installed`);
}

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of a project by Node alone, with nothing of the workspace's set-up. */
export function runProgram(
  directory: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Run> {
  const {
    OTEL_EXPORTER_OTLP_ENDPOINT: _endpoint,
    NODE_OPTIONS: _options,
    NODE_TEST_CONTEXT: _test,
    ...rest
  } = process.env;
  const child = spawn(process.execPath, args, { cwd: directory, env: { ...rest, ...env } });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}
