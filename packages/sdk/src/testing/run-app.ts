import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface AppOptions {
  /** File name to text; the first one is run. */
  readonly files: Readonly<Record<string, string>>;
  readonly nodeOptions?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface AppResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const packageDirectory = join(import.meta.dirname, "../..");

/**
 * Runs an application in a process of its own, from a directory inside this package, so that it finds what this package may use. The directory is removed.
 */
export async function runApp({ files, nodeOptions = [], env = {} }: AppOptions): Promise<AppResult> {
  const directory = mkdtempSync(join(packageDirectory, ".app-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    const main = join(directory, Object.keys(files)[0] ?? "");
    const { OTEL_EXPORTER_OTLP_ENDPOINT: _endpoint, ...inherited } = process.env;
    const child = spawn(process.execPath, ["--conditions=@genscope/source", ...nodeOptions, main], {
      cwd: directory,
      env: { ...inherited, ...env },
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    return { code, stdout, stderr };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
