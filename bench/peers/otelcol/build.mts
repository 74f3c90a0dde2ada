import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const cache = join(import.meta.dirname, "..", "..", "..", "node_modules", ".cache", "otelcol");

/** Builds the Collector of a manifest, once, and gives its program's path. Takes minutes and needs Go (1.25 or newer). */
export async function buildOtelcol(name: "builder" | "routing" = "builder"): Promise<string> {
  const manifest = join(import.meta.dirname, `${name}.yaml`);
  const key = createHash("sha256")
    .update(await readFile(manifest))
    .digest("hex")
    .slice(0, 12);
  const given = process.env["GENSCOPE_OTELCOL_DIR"];
  const directory = given === undefined ? join(cache, key) : name === "builder" ? given : `${given}-${name}`;
  const program = join(directory, "otelcol");
  const done = join(directory, ".built");
  if (await exists(done)) return program;
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const output = join(directory, "source");
  const copy = join(directory, "builder.yaml");
  const text = await readFile(manifest, "utf8");
  await writeFile(copy, text.replace("output_path: ./build", `output_path: ${JSON.stringify(output)}`));
  // the same as the modules in the manifest: a newer one mixes in newer core modules
  const version = /^ {2}version: (?<version>\S+)$/mu.exec(text)!.groups!["version"];
  const ocb = `go.opentelemetry.io/collector/cmd/builder@v${version}`;
  await run("go", ["run", ocb, "--config", copy, "--skip-compilation"], { maxBuffer: 64 * 1024 * 1024 });
  await run("go", ["build", "-trimpath", "-ldflags=-s -w", "-o", program, "."], {
    cwd: output,
    maxBuffer: 64 * 1024 * 1024,
  });
  await writeFile(done, "");
  return program;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  process.stdout.write(`${await buildOtelcol()}\n`);
}
