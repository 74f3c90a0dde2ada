/** Where a server is, as `server.address` and `server.port` have it. */
export interface Address {
  readonly address: string;
  /** `undefined` if the URL names none and its protocol has no usual one. */
  readonly port: number | undefined;
}

const usualPorts: Readonly<Record<string, number>> = { "http:": 80, "ws:": 80, "https:": 443, "wss:": 443 };

/** Host and port of a URL; `undefined` if it is none, or has no host. */
export function addressOf(url: unknown): Address | undefined {
  const text = url instanceof URL ? url.href : url;
  if (typeof text !== "string" || !URL.canParse(text)) return undefined;
  const { hostname, port, protocol } = new URL(text);
  if (hostname === "") return undefined;
  // without the brackets of an IPv6 address
  const address = hostname.replace(/^\[(.*)\]$/u, "$1");
  return { address, port: port === "" ? usualPorts[protocol] : Number(port) };
}
