import { createServer as createHttpServer } from "node:http";
import { createHostCheck, listen, requireKeyBeyondLoopback, urlHost } from "@genscope/otlp/receiver";
import { getRequestListener } from "@hono/node-server";
import { createApi } from "./api.ts";
import type { ApiOptions } from "./api.ts";
import { createLiveHub } from "./live-hub.ts";

export interface ServerOptions extends Omit<ApiOptions, "hub" | "isHostAllowed"> {
  /** Anything but loopback needs `apiKey`. */
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Further names this server goes by in a `Host` header. */
  readonly allowedHosts?: readonly string[];
}

export interface ServerHandle {
  readonly url: string;
  readonly port: number;
  /** Stops accepting and ends live streams; requests in hand are answered. */
  close(): Promise<void>;
}

/** Serves API and UI. Rejects with a `ListenError` if it cannot. */
export async function createServer(options: ServerOptions): Promise<ServerHandle> {
  const { host, apiKey, allowedHosts } = options;
  requireKeyBeyondLoopback(host, options.port, apiKey === undefined ? [] : [apiKey]);
  const hub = createLiveHub(options.store.client, options.loader);
  // a page that got here by a rebound name has no key
  const isHostAllowed =
    apiKey !== undefined && allowedHosts === undefined ? () => true : createHostCheck(host, allowedHosts ?? []);
  const app = createApi({ ...options, hub, isHostAllowed });
  const handle = getRequestListener(app.fetch);
  const server = createHttpServer((request, response) => void handle(request, response));
  const port = await listen(server, host, options.port);
  return {
    url: `http://${urlHost(host)}:${port}`,
    port,
    async close() {
      hub.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      // live streams end only when told to
      setTimeout(() => server.closeAllConnections(), 500).unref();
      await closed;
    },
  };
}
