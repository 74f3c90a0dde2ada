import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type SenderCheck, listen, urlHost } from "@genscope/otlp/receiver";
import { OtlpError } from "@genscope/otlp";
import { parseListenEndpoint } from "../config/endpoint.ts";
import type { ServerTlsConfig } from "../config/tls-fields.ts";
import { openServerTls } from "../tls/open-tls.ts";
import { createHostRule } from "./host-rule.ts";

export interface HttpServerOptions {
  /** `host:port`. */
  readonly endpoint: string;
  readonly tls?: ServerTlsConfig | undefined;
  /** Who may ask; anybody if not given. */
  readonly authenticate?: SenderCheck | undefined;
  readonly responseHeaders?: Readonly<Record<string, string>>;
  readonly warn: (message: string) => void;
}

export interface HttpServer extends AsyncDisposable {
  /** Without a path. */
  readonly url: string;
}

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Answers HTTP for an extension or exporter. Rejects with a `ListenError`, or an Error that tells of certificates. */
export async function serveHttp(options: HttpServerOptions, handle: HttpHandler): Promise<HttpServer> {
  const { tls, warn, authenticate, responseHeaders = {} } = options;
  const { host, port } = parseListenEndpoint(options.endpoint);
  const isForUs = createHostRule(host, { asksWho: authenticate !== undefined });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    if (!isForUs(request, response)) return;
    for (const [name, value] of Object.entries(responseHeaders)) response.setHeader(name, value);
    try {
      await authenticate?.(request.headers);
    } catch (error) {
      response.setHeader("www-authenticate", "Bearer");
      response.writeHead(401, { "content-type": "text/plain" });
      response.end(`${error instanceof OtlpError ? error.message : "not authenticated"}\n`);
      return;
    }
    try {
      await handle(request, response);
    } catch (error) {
      warn(`a request failed: ${error instanceof Error ? error.message : String(error)}`);
      if (!response.headersSent) response.writeHead(500, { "content-type": "text/plain" }).end("internal error\n");
      else response.destroy();
    }
  }
  const listener = (request: IncomingMessage, response: ServerResponse): void => void answer(request, response);
  const secure =
    tls === undefined
      ? undefined
      : await openServerTls(tls, {
          warn,
          onChange: (material) => {
            if ("setSecureContext" in server) server.setSecureContext(material);
          },
        });
  const server = secure === undefined ? createServer(listener) : createSecureServer(secure.options, listener);
  const bound = await listen(server, host, port).catch((error: unknown) => {
    secure?.[Symbol.dispose]();
    throw error;
  });
  return {
    url: `${secure === undefined ? "http" : "https"}://${urlHost(host)}:${bound}`,
    [Symbol.asyncDispose]: async () => {
      secure?.[Symbol.dispose]();
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
