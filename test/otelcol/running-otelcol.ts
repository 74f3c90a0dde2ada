import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { jsonToProtobuf, Signal, type SignalName } from "@genscope/otlp";
import { buildOtelcol } from "../../bench/peers/otelcol/build.mts";
import { freePort } from "../support/free-port.ts";
import { postOnceUp } from "./post-once-up.ts";

const run = promisify(execFile);
/** What this project has without being asked. */
const gates = ["--feature-gates=ottl.functions.enableLambda"];

/** Processors, to be tried in a pipeline of their own. */
export interface Trial {
  readonly signal: SignalName;
  readonly processors: readonly { readonly type: string; readonly config: object }[];
  /** What is sent to it. Trials of one request are tried in one process. */
  readonly request: Uint8Array;
}

const idOf = (type: string, trial: number, step: number): string => `${type}/${trial}_${step}`;

/** What the Collector made of a trial: a message if it refuses the configuration, else the request as it came out, if anything did. */
export type Outcome = { readonly refused: string } | { readonly bytes: Uint8Array | undefined };

const paths = { traces: "traces", metrics: "metrics", logs: "logs" } as const;
const signals = { traces: Signal.traces, metrics: Signal.metrics, logs: Signal.logs } as const;

function configOf(trials: ReadonlyMap<number, Trial>, port: number, directory: string): object {
  const entries = [...trials];
  return {
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    processors: Object.fromEntries(
      entries.flatMap(([i, { processors }]) =>
        processors.map(({ type, config }, step) => [idOf(type, i, step), config]),
      ),
    ),
    exporters: Object.fromEntries(entries.map(([i]) => [`file/${i}`, { path: join(directory, `${i}.json`) }])),
    service: {
      telemetry: { metrics: { level: "none" }, logs: { level: "error" } },
      pipelines: Object.fromEntries(
        entries.map(([i, { signal, processors }]) => [
          `${signal}/${i}`,
          {
            receivers: ["otlp"],
            processors: processors.map(({ type }, step) => idOf(type, i, step)),
            exporters: [`file/${i}`],
          },
        ]),
      ),
    },
  };
}

/** Has the real Collector try them all, each beside the others. All of a signal must be of one request. */
export async function tryInOtelcol(trials: readonly Trial[]): Promise<readonly Outcome[]> {
  const program = await buildOtelcol();
  const directory = await mkdtemp(join(tmpdir(), "genscope-otelcol-"));
  try {
    const port = await freePort();
    const file = join(directory, "config.json");
    const left = new Map(trials.entries());
    const refusals = new Map<number, string>();
    // it names what is wrong with every component, but for some only once the others are right
    for (;;) {
      await writeFile(file, JSON.stringify(escaped(configOf(left, port, directory))));
      const problems = await refusalsOf(program, file);
      if (problems.size === 0) break;
      for (const [i, message] of problems) {
        if (!left.delete(i)) throw new Error(`it refuses what is not there: ${message}`);
        refusals.set(i, message);
      }
    }
    await send(program, file, port, [...left.values()]);
    return await Promise.all(
      trials.map(async ({ signal }, i): Promise<Outcome> => {
        const refused = refusals.get(i);
        return refused === undefined ? { bytes: await outputOf(join(directory, `${i}.json`), signal) } : { refused };
      }),
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A `$` in a configuration is written twice. */
function escaped(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("$", "$$$$");
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, escaped(element)]));
}

async function refusalsOf(program: string, file: string): Promise<ReadonlyMap<number, string>> {
  const output = await run(program, ["validate", ...gates, "--config", file], { maxBuffer: 2 ** 26 }).then(
    () => "",
    (error: unknown) => String(Object(error).stderr),
  );
  const found = new Map<number, string>();
  for (const [, index, message] of output.matchAll(
    /(?:processors::|processor "|configuration for "|create ")[a-z_]+\/(\d+)_\d+"?:? ?([^\n]*)/gu,
  )) {
    found.set(Number(index), message!);
  }
  if (output !== "" && found.size === 0) throw new Error(`the Collector refuses the configuration: ${output}`);
  return found;
}

async function send(program: string, file: string, port: number, trials: readonly Trial[]): Promise<void> {
  const child = spawn(program, [...gates, "--config", file], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const exited = once(child, "exit");
  try {
    const requests = new Map(trials.map(({ signal, request }) => [signal, request]));
    for (const [signal, body] of requests) {
      // it refuses a request if one of the pipelines does; the others have it all the same
      await postOnceUp(`http://127.0.0.1:${port}/v1/${paths[signal]}`, body, () => child.exitCode);
    }
  } catch (error) {
    throw new Error(`the Collector did not run: ${said.slice(-4_000)}`, { cause: error });
  } finally {
    child.kill("SIGTERM");
    await exited;
  }
}

/** Several requests, one a line, are one when they stand behind each other. */
async function outputOf(path: string, signal: SignalName): Promise<Uint8Array | undefined> {
  const text = (await readFile(path, "utf8").catch(() => "")).trim();
  if (text === "") return undefined;
  return Buffer.concat(text.split("\n").map((line) => jsonToProtobuf(signals[signal], Buffer.from(line))));
}
