import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "@genscope/server/client";
import type { Status } from "@genscope/server/contract";
import { freePort } from "./free-port.ts";

const main: string = join(import.meta.dirname, "../../packages/genscope/src/main.ts");

export interface ServerOptions {
  readonly data: string;
  /** Further flags of `genscope up`. */
  readonly flags?: readonly string[];
  /** Shell script run in a mount namespace of its own before the server, in the same process; `$DATA` is the data directory. */
  readonly mounts?: string;
}

interface Ports {
  readonly api: number;
  readonly grpc: number;
  readonly http: number;
}

/** `genscope up` on one data directory and the same three ports, however often it is killed and started again. */
export class ServerProcess implements AsyncDisposable {
  readonly data: string;
  readonly http: string;
  readonly grpc: string;
  readonly url: string;
  readonly #command: readonly string[];
  readonly #mounts: string | undefined;
  #child: ChildProcess | undefined;
  /** Everything it printed, over all starts. */
  output = "";

  private constructor(options: ServerOptions, ports: Ports) {
    this.data = options.data;
    this.url = `http://127.0.0.1:${ports.api}`;
    this.grpc = `http://127.0.0.1:${ports.grpc}`;
    this.http = `http://127.0.0.1:${ports.http}`;
    this.#mounts = options.mounts;
    this.#command = [
      process.execPath,
      "--conditions=@genscope/source",
      main,
      "up",
      "--data",
      options.data,
      "--port",
      String(ports.api),
      "--grpc-port",
      String(ports.grpc),
      "--http-port",
      String(ports.http),
      ...(options.flags ?? []),
    ];
  }

  static async create(options: ServerOptions): Promise<ServerProcess> {
    const [api, grpc, http] = await Promise.all([freePort(), freePort(), freePort()]);
    return new ServerProcess(options, { api, grpc, http });
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error("the server is not running");
    return pid;
  }

  /** Starts it and waits until the API answers. */
  async start(): Promise<void> {
    this.spawn();
    await this.up();
  }

  /** Resolves once the API answers; rejects with what the server printed if it ends before. */
  async up(): Promise<void> {
    for (;;) {
      if (this.#hasEnded()) throw new Error(`the server ended:\n${this.output}`);
      const isUp = await fetch(`${this.url}/api/v1/status`).then(
        async (response) => (await response.text()) !== "" && response.ok,
        () => false,
      );
      if (isUp) return;
      await delay(25);
    }
  }

  /** Starts it, expecting it to end by itself; resolves to its exit code. */
  async run(): Promise<number | null> {
    const child = this.spawn();
    await once(child, "close");
    return child.exitCode;
  }

  #hasEnded(): boolean {
    const child = this.#child;
    return child === undefined || child.exitCode !== null || child.signalCode !== null;
  }

  spawn(): ChildProcess {
    const [command, ...args] =
      this.#mounts === undefined ? this.#command : [...namespace, `${this.#mounts}\nexec "$@"`, "sh", ...this.#command];
    const child = spawn(command!, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, DATA: this.data, NO_COLOR: "1" },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    }
    this.#child = child;
    return child;
  }

  /** Its child processes: the engine, if it runs at the moment. */
  async enginePid(): Promise<number | undefined> {
    const children = await readFile(`/proc/${this.pid}/task/${this.pid}/children`, "utf8").catch(() => "");
    const first = children.trim().split(" ")[0];
    return first ? Number(first) : undefined;
  }

  /** Ends it with SIGKILL; rejects if it had ended by itself. */
  async kill(): Promise<void> {
    if (this.#hasEnded()) throw new Error(`the server ended:\n${this.output}`);
    this.#child?.kill("SIGKILL");
    await once(this.#child!, "exit");
  }

  async status(): Promise<Status> {
    const status: Status = JSON.parse(await (await fetch(`${this.url}/api/v1/status`)).text());
    return status;
  }

  async query<Row>(sql: string): Promise<Row[]> {
    const answer: { data: Row[] } = JSON.parse(
      await createClient({ baseUrl: this.url }).query({ sql, format: "json" }),
    );
    return answer.data;
  }

  /** Resolves once the store has taken everything the journal holds. */
  async drained(): Promise<void> {
    for (;;) {
      const { store, journal } = await this.status();
      if (store.state === "ready" && journal.lagBytes === 0) return;
      await delay(100);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded()) await this.kill();
  }
}

/** Lets a process mount things without privileges, where the kernel lets users have namespaces. */
export const namespace: readonly string[] = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-ec"];
