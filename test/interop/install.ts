import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const cache = join(import.meta.dirname, "..", "..", "node_modules", ".cache", "interop");

async function command(
  file: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; missing: string },
): Promise<string> {
  try {
    const { stdout } = await run(file, [...args], {
      maxBuffer: 256 * 1024 * 1024,
      ...(options.env ? { env: options.env } : {}),
    });
    return stdout;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      throw new Error(options.missing, { cause: error });
    const said = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
    throw new Error(`${file} ${args.join(" ")} failed:\n${said}`, { cause: error });
  }
}

/** Does the work once per key, as long as the cache lives. An install that was cut short is begun again. */
async function once(directory: string, install: () => Promise<void>): Promise<void> {
  const done = join(directory, ".installed");
  if (
    await access(done).then(
      () => true,
      () => false,
    )
  )
    return;
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await install();
  await writeFile(done, "");
}

/** A Python with the pinned packages of `python/requirements.txt`. Gives the interpreter's path. */
export async function installPython(): Promise<string> {
  const requirements = join(import.meta.dirname, "python", "requirements.txt");
  const key = createHash("sha256")
    .update(await readFile(requirements))
    .digest("hex")
    .slice(0, 12);
  const directory = join(cache, `python-${key}`);
  const python = join(directory, "bin", "python");
  const missing = "python3 (3.10 or newer, with venv) is needed for this test and was not found on the PATH";
  await once(directory, async () => {
    await command("python3", ["-m", "venv", directory], { missing });
    await command(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements], {
      missing,
    });
  });
  return python;
}

/** Runs a program with the interpreter of {@link installPython}; gives what it printed. */
export async function runPython(python: string, args: readonly string[]): Promise<string> {
  return command(python, args, { missing: `${python} has gone` });
}

const telemetrygenVersion = "v0.161.0";

/** The Collector project's load generator, built by `go install`. Gives the program's path. */
export async function installTelemetrygen(): Promise<string> {
  const directory = join(cache, `telemetrygen-${telemetrygenVersion}`);
  await once(directory, async () => {
    const module = `github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen@${telemetrygenVersion}`;
    await command("go", ["install", module], {
      env: { ...process.env, GOBIN: directory, GOFLAGS: "" },
      missing: "go (1.25 or newer) is needed for this test and was not found on the PATH",
    });
  });
  return join(directory, "telemetrygen");
}

const h2specVersion = "v2.2.1+incompatible";

/** The conformance tests of HTTP/2 servers, built by `go install`. Gives the program's path. */
export async function installH2spec(): Promise<string> {
  const directory = join(cache, `h2spec-${h2specVersion}`);
  await once(directory, async () => {
    await command("go", ["install", `github.com/summerwind/h2spec/cmd/h2spec@${h2specVersion}`], {
      env: { ...process.env, GOBIN: directory, GOFLAGS: "" },
      missing: "go (1.25 or newer) is needed for this test and was not found on the PATH",
    });
  });
  return join(directory, "h2spec");
}

export async function runTelemetrygen(program: string, args: readonly string[]): Promise<void> {
  await command(program, args, { missing: `${program} has gone` });
}

/** A Kafka broker's jars, by Maven from `kafka/pom.xml`. Gives the class path. */
export async function installKafka(): Promise<string> {
  const pom = join(import.meta.dirname, "kafka", "pom.xml");
  const key = createHash("sha256")
    .update(await readFile(pom))
    .digest("hex")
    .slice(0, 12);
  const directory = join(cache, `kafka-${key}`);
  await once(directory, async () => {
    const args = ["-q", "-B", "-f", pom, "dependency:copy-dependencies", `-DoutputDirectory=${directory}`];
    await command("mvn", args, { missing: "mvn is needed for this test and was not found on the PATH" });
  });
  return join(directory, "*");
}

/** The receiver of remote write in `prometheus/receiver`, built of Prometheus's own packages. Gives the program's path. */
export async function buildPrometheusReceiver(): Promise<string> {
  const sources = join(import.meta.dirname, "prometheus", "receiver");
  const key = createHash("sha256")
    .update(await readFile(join(sources, "go.sum")))
    .update(await readFile(join(sources, "main.go")))
    .digest("hex")
    .slice(0, 12);
  const directory = join(cache, `prometheus-receiver-${key}`);
  const program = join(directory, "receiver");
  await once(directory, async () => {
    await command("go", ["build", "-C", sources, "-o", program, "."], {
      env: { ...process.env, GOFLAGS: "-mod=readonly" },
      missing: "go (1.23 or newer) is needed for this test and was not found on the PATH",
    });
  });
  return program;
}

/** The application in `next` with a version of Next.js. Gives its directory, whose sources are those of now. */
export async function installNext(version: string): Promise<string> {
  const sources = join(import.meta.dirname, "next");
  const manifest = JSON.parse(await readFile(join(sources, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  const text = JSON.stringify({ ...manifest, dependencies: { ...manifest.dependencies, next: version } });
  const key = createHash("sha256").update(text).digest("hex").slice(0, 12);
  const directory = join(cache, `next-${key}`);
  await once(directory, async () => {
    await writeFile(join(directory, "package.json"), text);
    await command("npm", ["install", "--prefix", directory, "--prefer-offline", "--no-audit", "--no-fund"], {
      missing: "npm is needed for this test and was not found on the PATH",
    });
  });
  await cp(sources, directory, { recursive: true, filter: (file) => !file.endsWith("package.json") });
  return directory;
}
