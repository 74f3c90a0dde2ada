import { bareHost, isAddress } from "./loopback.ts";

/**
 * Whether a `Host` header may be answered. A page that rebinds its own DNS name to this machine still sends that name
 * here, so names must be known: `localhost`, the host listened on, and `allowed`. Addresses cannot be rebound. No
 * browser leaves the header out.
 */
export function createHostCheck(boundHost: string, allowed: readonly string[]): (host: string | undefined) => boolean {
  const names = new Set([boundHost, ...allowed].map(bareHost));
  return (host) => {
    if (host === undefined) return true;
    const name = bareHost(host.replace(/:\d*$/, ""));
    return isAddress(name) || name === "localhost" || name.endsWith(".localhost") || names.has(name);
  };
}
