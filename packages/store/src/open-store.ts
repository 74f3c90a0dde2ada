import { readdir, readFile } from "node:fs/promises";
import { Agent } from "node:http";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { ClickHouseLogLevel, createClient } from "@clickhouse/client";
import type { ClickHouseClient } from "@clickhouse/client";
import { createSupervisor } from "./engine/supervisor.ts";
import type { Supervisor } from "./engine/supervisor.ts";
import { abortable } from "./abortable.ts";
import { messageOf } from "./message-of.ts";
import { migrate, SchemaError } from "./migrate.ts";
import { createRetention } from "./retention.ts";
import type { Store, StoreOptions } from "./store.ts";

const database = "genscope";
/** An insert or a query that has not answered by then is taken for lost; the loader then asks the table what happened. */
const requestTimeoutMs = 120_000;
const migrateRetryMs = 500;

/** Connections go to whatever port the engine has now: a restart moves it. */
class EngineAgent extends Agent {
  port = 0;
  constructor() {
    super({ keepAlive: true, maxSockets: 8 });
  }
  override createConnection(): ReturnType<typeof connect> {
    return connect({ host: "127.0.0.1", port: this.port });
  }
}

async function openEmbedded(options: StoreOptions): Promise<{ client: ClickHouseClient; supervisor: Supervisor }> {
  const agent = new EngineAgent();
  const supervisor = createSupervisor({
    dir: options.dataDir,
    onReady: (port) => {
      agent.port = port;
    },
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
  });
  const client = createClient({
    url: "http://127.0.0.1",
    username: supervisor.user,
    password: supervisor.password,
    database,
    application: "genscope",
    request_timeout: requestTimeoutMs,
    http_agent: agent,
    log: { level: ClickHouseLogLevel.OFF },
  });
  return { client, supervisor };
}

/** The migrations of this version, in order. */
async function migrations(): Promise<{ name: string; sql: string }[]> {
  const dir = new URL("./migrations/", import.meta.url);
  const names = (await readdir(dir)).filter((name) => name.endsWith(".sql")).toSorted();
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(new URL(name, dir), "utf8") })));
}

/**
 * Opens the store: the embedded engine in a process of its own, or the server at `url`. Resolves at once; `ready()` waits until the engine is up and
 * the schema is current.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const embedded = options.url === undefined ? await openEmbedded(options) : undefined;
  const client =
    embedded?.client ??
    createClient({
      url: options.url!,
      application: "genscope",
      request_timeout: requestTimeoutMs,
      log: { level: ClickHouseLogLevel.OFF },
      clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
    });
  const closing = new AbortController();
  let serverState: "starting" | "ready" | "stopped" = "starting";
  let schemaError: string | undefined;

  /** Goes on trying while the engine crashes or the server cannot be reached. */
  async function bringUp(): Promise<void> {
    for (;;) {
      await embedded?.supervisor.port(closing.signal);
      try {
        await migrate(client, await migrations());
        serverState = "ready";
        schemaError = undefined;
        return;
      } catch (error) {
        schemaError = messageOf(error);
        if (error instanceof SchemaError) throw error;
        await delay(migrateRetryMs, undefined, { signal: closing.signal });
      }
    }
  }
  const schema = bringUp();
  schema.catch(() => {});
  const retention = createRetention(client, options, schema);

  return {
    client,
    async ready(signal) {
      await embedded?.supervisor.port(signal);
      await abortable(schema, signal);
    },
    applyRetention: () => retention.apply(),
    status() {
      if (embedded !== undefined) {
        const status = embedded.supervisor.status();
        // an engine that is up is of no use before the schema is there
        const state = status.state === "ready" && serverState === "starting" ? "starting" : status.state;
        return { kind: "embedded", ...status, state, lastError: schemaError ?? status.lastError };
      }
      return {
        kind: "server",
        state: serverState,
        version: undefined,
        pid: undefined,
        restarts: 0,
        lastError: schemaError,
      };
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new Error("the store was closed"));
      serverState = "stopped";
      retention.stop();
      await schema.catch(() => {});
      await client.close();
      await embedded?.supervisor[Symbol.asyncDispose]();
    },
  };
}
