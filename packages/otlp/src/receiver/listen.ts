import type { Server } from "node:net";
import { createKeyCheck, type SenderCheck } from "./api-keys.ts";
import { isLoopback } from "./loopback.ts";

export type ListenErrorReason = "port-in-use" | "not-permitted" | "no-such-address" | "key-required" | "failed";

/** A receiver could not start. It names the host and port, so that the caller can say which setting moves them. */
export class ListenError extends Error {
  override readonly name: string = "ListenError";
  readonly reason: ListenErrorReason;
  readonly host: string;
  readonly port: number;
  constructor(reason: ListenErrorReason, host: string, port: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.host = host;
    this.port = port;
  }
}

interface Access {
  readonly apiKeys?: readonly string[];
  readonly authenticate?: SenderCheck;
  readonly isOpen?: boolean;
}

/** What senders are asked for. Throws a `ListenError` as {@link requireKeyBeyondLoopback} does. */
export function createAccessCheck(host: string, port: number, access: Access): SenderCheck {
  const { apiKeys = [], authenticate, isOpen = false } = access;
  if (authenticate !== undefined) return authenticate;
  if (!isOpen) requireKeyBeyondLoopback(host, port, apiKeys);
  return createKeyCheck(apiKeys);
}

/** Throws a `ListenError` if others could reach the port and nothing would ask them for a key. */
export function requireKeyBeyondLoopback(host: string, port: number, apiKeys: readonly string[]): void {
  if (apiKeys.some((key) => key === "")) {
    throw new ListenError("key-required", host, port, "an API key is the empty string, which anyone could send");
  }
  if (apiKeys.length > 0 || isLoopback(host)) return;
  const message = `${host} can be reached from other machines: set an API key for senders to present, or listen on 127.0.0.1`;
  throw new ListenError("key-required", host, port, message);
}

/** Resolves with the port once the server listens. Later errors of the server, of accepting, go to `onError`. */
export function listen(
  server: Server,
  host: string,
  port: number,
  onError: (error: unknown) => void = () => {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const onFailure = (error: NodeJS.ErrnoException): void => reject(toListenError(error, host, port));
    server.once("error", onFailure);
    server.listen({ host, port }, () => {
      server.off("error", onFailure).on("error", onError);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function toListenError(cause: NodeJS.ErrnoException, host: string, port: number): ListenError {
  switch (cause.code) {
    case "EADDRINUSE":
      return new ListenError("port-in-use", host, port, `port ${port} on ${host} is in use already`, { cause });
    case "EACCES":
      return new ListenError("not-permitted", host, port, `not permitted to listen on port ${port} of ${host}`, {
        cause,
      });
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new ListenError("no-such-address", host, port, `this machine has no address ${host}`, { cause });
    default:
      return new ListenError("failed", host, port, `cannot listen on ${host}:${port}: ${cause.message}`, { cause });
  }
}
