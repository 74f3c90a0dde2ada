import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** A collector in a process of its own, on a data directory. */
export interface CollectorProcess extends AsyncDisposable {
  readonly http: string;
  /** Where it listens for gRPC, if it does. */
  readonly grpc: string | undefined;
  /** Everything it has said. */
  said(): string;
  /** As `kill -9` does. */
  kill(): Promise<void>;
}

/** Starts a collector of YAML text. Rejects, with what it has said, if it ends instead. */
export async function startProcess(yaml: string, dataDir: string): Promise<CollectorProcess> {
  const script = join(import.meta.dirname, "collecting-process.ts");
  const child = spawn(process.execPath, ["--conditions=@genscope/source", script, yaml, dataDir]);
  const closed = once(child, "close");
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const runs = once(child.stdout.setEncoding("utf8"), "data") as Promise<[string]>;
  child.stdout.on("data", (text: string) => (said += text));
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await closed;
  };
  // it writes its endpoints at once, and nothing else there
  const line = await Promise.race([runs, closed.then(() => undefined)]);
  if (line === undefined) throw new Error(`the collector has ended: ${said}`);
  const endpoints = JSON.parse(line[0]) as { protocol: string; url: string }[];
  const urlOf = (protocol: string): string | undefined => endpoints.find((one) => one.protocol === protocol)?.url;
  return { http: urlOf("OTLP/HTTP")!, grpc: urlOf("OTLP/gRPC"), said: () => said, kill, [Symbol.asyncDispose]: kill };
}
