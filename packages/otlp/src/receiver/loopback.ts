import { isIPv4, isIPv6 } from "node:net";

/** Whether a host to listen on can be reached from this machine alone. */
export function isLoopback(host: string): boolean {
  const address = bareHost(host);
  if (isIPv4(address)) return address.startsWith("127.");
  return (
    address === "::1" || address.startsWith("::ffff:127.") || address === "localhost" || address.endsWith(".localhost")
  );
}

/** Lower case, without the brackets of an IPv6 address and without a closing dot. */
export function bareHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "");
}

export function isAddress(host: string): boolean {
  return isIPv4(host) || isIPv6(host);
}

/** A host as it stands in a URL. */
export function urlHost(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}
