import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTestStore } from "@genscope/store/testing";
import type { TestStore } from "@genscope/store/testing";
import { createClient } from "../client.ts";
import type { GenscopeClient } from "../client.ts";
import type { Status } from "../contract.ts";
import { createServer } from "../create-server.ts";
import type { ServerHandle, ServerOptions } from "../create-server.ts";

/** A server on a free loopback port with a real store behind it, in directories that disposing removes. */
export interface TestServer extends AsyncDisposable {
  readonly test: TestStore;
  readonly server: ServerHandle;
  readonly client: GenscopeClient;
  readonly webRoot: string;
  /** A request to the server; `path` without the host. */
  get(path: string, init?: RequestInit): Promise<Response>;
}

/** The parts of the status that receivers and journal give, of which a server without them has none. */
export function statusOfTest(test: TestStore): Omit<Status, "store"> {
  const { loadedSpans, loadedLogs, loadedPoints, duplicates, dropped, lagBytes, lastError } = test.loader.stats();
  return {
    version: "0.0.0",
    startedAt: new Date(0).toISOString(),
    uptimeSeconds: 0,
    dataDir: test.dir,
    endpoints: { grpc: null, http: null, ui: "" },
    received: { spans: 0, logs: 0, points: 0 },
    rejected: {},
    masked: null,
    pipelines: null,
    journal: { bytes: 0, maxBytes: 0, refusedRecords: 0, truncatedBytes: 0, damagedBytes: 0, lagBytes },
    stored: {
      spans: loadedSpans,
      logs: loadedLogs,
      points: loadedPoints,
      duplicates,
      dropped: { ...dropped },
      lastError: lastError ?? null,
    },
  };
}

export async function openTestServer(
  options: Partial<Omit<ServerOptions, "store" | "loader" | "status" | "webRoot">> = {},
): Promise<TestServer> {
  await using opened = new AsyncDisposableStack();
  const webRoot = await mkdtemp(join(tmpdir(), "genscope-web-"));
  opened.defer(() => rm(webRoot, { recursive: true, force: true }));
  const test = opened.use(await openTestStore());
  const { store, loader } = test;
  const server = await createServer({
    host: "127.0.0.1",
    port: 0,
    ...options,
    store,
    loader,
    webRoot,
    status: () => statusOfTest(test),
  });
  opened.defer(() => server.close());
  const baseUrl = `http://127.0.0.1:${server.port}`;
  const held = opened.move();
  return {
    test,
    server,
    webRoot,
    client: createClient({ baseUrl, ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }) }),
    get: (path, init) => fetch(`${baseUrl}${path}`, init),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
