import { isIP } from "node:net";

/** Where a gRPC client connects to, and what the server is called. */
export interface GrpcEndpoint {
  readonly isSecure: boolean;
  /** Empty for a socket of the file system. */
  readonly host: string;
  readonly port: number;
  /** Of a Unix domain socket. */
  readonly path: string | undefined;
  /** As requests name the server. */
  readonly authority: string;
}

/**
 * `http://host:port`, `https://host:port`, a bare `host:port`, which is without TLS, or `unix:path` in the place of host
 * and port. Throws a `TypeError` for anything else.
 */
export function parseGrpcEndpoint(endpoint: string): GrpcEndpoint {
  const [, scheme = "http", rest = ""] = /^(?:(https?):\/\/)?(.*)$/s.exec(endpoint) ?? [];
  const isSecure = scheme === "https";
  if (rest.startsWith("unix:")) {
    const path = rest.slice("unix:".length).replace(/^\/\/(?=\/)/, "");
    if (path === "") throw notAnEndpoint(endpoint);
    return { isSecure, host: "", port: 0, path, authority: "localhost" };
  }
  const parts = /^(?:\[([\da-f:.%]+)\]|([^/:[\]@?#\s]+))(?::(\d{1,5}))?\/?$/i.exec(rest);
  const host = parts?.[1] ?? parts?.[2];
  const port = parts?.[3] === undefined ? (isSecure ? 443 : 80) : Number(parts[3]);
  if (host === undefined || port > 65_535) throw notAnEndpoint(endpoint);
  return { isSecure, host, port, path: undefined, authority: `${isIP(host) === 6 ? `[${host}]` : host}:${port}` };
}

function notAnEndpoint(endpoint: string): TypeError {
  const forms = "host:port, http://host:port, https://host:port or unix:path";
  return new TypeError(`an OTLP/gRPC endpoint is ${forms}, not ${endpoint}`);
}
