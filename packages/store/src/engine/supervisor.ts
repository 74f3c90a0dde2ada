import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { abortable } from "../abortable.ts";
import type { EngineEvent, StoreStatus } from "../store.ts";

export interface SupervisorOptions {
  readonly dir: string;
  /** Told the port of each engine that has come up, before anyone waiting for it is. */
  readonly onReady?: (port: number) => void;
  readonly onEvent?: (event: EngineEvent) => void;
}

/** The engine's process, kept alive: started, and after a crash started again, ever more slowly while it keeps crashing. */
export interface Supervisor extends AsyncDisposable {
  readonly user: string;
  readonly password: string;
  /** The port of the engine that is up; waits for it. Rejects when the signal aborts or the supervisor is disposed. */
  port(signal?: AbortSignal): Promise<number>;
  status(): Omit<StoreStatus, "kind">;
}

const firstDelayMs = 100;
const maxDelayMs = 10_000;
/** An engine that lived this long was well: the next crash starts from the shortest delay again. */
const healthyMs = 30_000;
const stopGraceMs = 10_000;
const keptErrorBytes = 2_000;

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const user = "genscope";
  // made at each start, never written to disk: nobody else on the machine can query the loopback port
  const password = randomBytes(24).toString("base64url");
  const onEvent = options.onEvent ?? ((): void => {});
  let state: StoreStatus["state"] = "starting";
  let version: string | undefined;
  let child: ChildProcess | undefined;
  let restarts = 0;
  let delayMs = firstDelayMs;
  let lastError: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let up = Promise.withResolvers<number>();
  up.promise.catch(() => {});

  function start(): void {
    const begun = Date.now();
    let errorText = "";
    onEvent({ kind: "starting", message: "starting the store's engine" });
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const started = fork(fileURLToPath(new URL(`./engine-process.${extension}`, import.meta.url)), [options.dir], {
      env: { ...process.env, GENSCOPE_ENGINE_USER: user, GENSCOPE_ENGINE_PASSWORD: password },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    child = started;
    started.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errorText = (errorText + text).slice(-keptErrorBytes);
    });
    started.on("message", (message) => {
      const ready = message as { port: number; version: string };
      state = "ready";
      version = ready.version;
      onEvent({
        kind: "ready",
        message: `the store's engine is ready (ClickHouse ${ready.version})`,
        pid: started.pid!,
      });
      options.onReady?.(ready.port);
      up.resolve(ready.port);
    });
    started.on("error", (error) => {
      errorText += error.message;
    });
    started.on("exit", (code, signal) => {
      if (state === "stopped") return;
      if (state === "ready") {
        up = Promise.withResolvers<number>();
        up.promise.catch(() => {});
      }
      lastError = `the engine ended with ${signal ?? `code ${code}`}${errorText === "" ? "" : `: ${errorText.trim()}`}`;
      onEvent({ kind: "crashed", message: lastError });
      state = "restarting";
      restarts++;
      if (Date.now() - begun > healthyMs) delayMs = firstDelayMs;
      onEvent({
        kind: "restarting",
        message: `starting the store's engine again in ${delayMs} ms; nothing received is lost meanwhile`,
      });
      timer = setTimeout(start, delayMs);
      delayMs = Math.min(maxDelayMs, delayMs * 2);
    });
  }

  void mkdir(options.dir, { recursive: true }).then(start, (error: Error) => {
    lastError = error.message;
    up.reject(error);
  });

  return {
    user,
    password,
    port: (signal) => abortable(up.promise, signal),
    status: () => ({ state, version, pid: child?.pid, restarts, lastError }),
    async [Symbol.asyncDispose]() {
      if (state === "stopped") return;
      state = "stopped";
      clearTimeout(timer);
      up.reject(new Error("the store was closed"));
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const running = child;
      const exited = new Promise<void>((resolve) => running.once("exit", () => resolve()));
      if (running.connected) running.send("stop");
      const kill = setTimeout(() => running.kill("SIGKILL"), stopGraceMs);
      await exited;
      clearTimeout(kill);
      onEvent({ kind: "stopped", message: "the store's engine stopped" });
    },
  };
}
