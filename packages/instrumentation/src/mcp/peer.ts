import { addressOf } from "../core/address-of.ts";
import { isObject, stringOf } from "../core/read.ts";

/** What the conventions say of the other end: how it is reached, and where it is. */
export interface Peer {
  readonly "network.transport"?: string | undefined;
  readonly "network.protocol.name"?: string | undefined;
  readonly "server.address"?: string | undefined;
  readonly "server.port"?: number | undefined;
}

const unknown: Peer = {};
const peers = new WeakMap<object, Peer>();

/** Read off a transport once: by the names of the SDK's own transports, and the URL of those that have one. */
export function peerOf(transport: unknown): Peer {
  if (!isObject(transport)) return unknown;
  const known = peers.get(transport);
  if (known !== undefined) return known;
  const peer = readPeer(transport);
  peers.set(transport, peer);
  return peer;
}

function readPeer(transport: Readonly<Record<string, unknown>>): Peer {
  const name = (transport as { constructor?: { name?: string } }).constructor?.name ?? "";
  if (name.startsWith("Stdio")) return { "network.transport": "pipe" };
  const protocol = /^(?:Streamable|Web)?(?:HTTP|StandardStreamableHTTP|SSE)/iu.test(name)
    ? "http"
    : name.startsWith("WebSocket")
      ? "websocket"
      : undefined;
  const server = addressOf(transport["_url"]);
  if (server === undefined) {
    return protocol === undefined ? unknown : { "network.transport": "tcp", "network.protocol.name": protocol };
  }
  return {
    "network.transport": "tcp",
    "network.protocol.name": protocol ?? "http",
    "server.address": server.address,
    "server.port": server.port,
  };
}

/** The session that a transport is in, if it has one. */
export function sessionOf(transport: unknown): string | undefined {
  return isObject(transport) ? stringOf(transport["sessionId"]) : undefined;
}
