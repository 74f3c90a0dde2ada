import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { genscopeMain } from "./genscope.ts";

/** `genscope collector --config FILE`, as an operator runs it. */
export interface CollectorProcess extends AsyncDisposable {
  /** Everything it has printed. */
  readonly output: string;
  /** Of every file in its data directory. */
  everyByte(): Promise<string>;
  /** Asks it to stop and waits until it has, however it ends. */
  stop(): Promise<number | null>;
}

/** Starts it with the text of a configuration and waits until `port` of this machine takes connections. */
export async function startCollectorProcess(yaml: string, port: number): Promise<CollectorProcess> {
  const dir = await mkdtemp(join(tmpdir(), "genscope-collector-"));
  const file = join(dir, "config.yaml");
  await writeFile(file, yaml);
  const command = [
    "--conditions=@genscope/source",
    genscopeMain,
    "collector",
    "--config",
    file,
    "--data",
    join(dir, "data"),
  ];
  const child = spawn(process.execPath, command, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const exited = new Promise<number | null>((resolve) => {
    child.once("exit", resolve);
  });
  async function stop(): Promise<number | null> {
    if (child.exitCode === null) child.kill("SIGTERM");
    const patience = setTimeout(() => child.kill("SIGKILL"), 30_000);
    const code = await exited;
    clearTimeout(patience);
    return code;
  }
  while (!(await takesConnections(port))) {
    if (child.exitCode !== null) throw new Error(`the collector ended:\n${output}`);
    await sleep(25);
  }
  return {
    get output() {
      return output;
    },
    everyByte: () => everyByteOf(join(dir, "data")),
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function everyByteOf(dir: string): Promise<string> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), "latin1")));
  return texts.join("\n");
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
