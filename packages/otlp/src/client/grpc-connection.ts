import { connect as connectHttp2 } from "node:http2";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ClientTls } from "./client-tls.ts";
import type { GrpcEndpoint } from "./grpc-endpoint.ts";
import { type GrpcKeepalive, GrpcLink } from "./grpc-link.ts";

/** Keeps one connection to one server, made when a call needs it. */
export interface GrpcConnection {
  /** The connection there is, or else a new one; it may still be coming about. Rejects if it cannot. */
  link(): Promise<GrpcLink>;
  /** Does not wait any longer for a proxy. */
  giveUpOpening(): void;
  /** Ends the connection after the calls on it; there is no other from then on. */
  close(): void;
}

export function createGrpcConnection(
  endpoint: GrpcEndpoint,
  tls: ClientTls | undefined,
  keepalive: GrpcKeepalive,
): GrpcConnection {
  let link: GrpcLink | undefined;
  let opening: Promise<GrpcLink> | undefined;
  let openingGivenUp = new AbortController();
  let secureOptions = tls?.options;
  let keepaliveMs = keepalive.timeMs;
  let isClosed = false;

  function letGo(): void {
    openingGivenUp.abort(new Error("the connection is not waited for any longer"));
    link?.session.close();
    link = undefined;
    opening = undefined;
  }

  function hold(socket: Socket): GrpcLink {
    const session = connectHttp2(endpoint.isSecure ? "https://localhost" : "http://localhost", {
      createConnection: () => socket,
      settings: { enablePush: false },
      // How much may be under way is the caller's to bound.
      maxSessionMemory: Number.MAX_SAFE_INTEGER,
    });
    const made = new GrpcLink(session, {
      ...keepalive,
      ...(keepaliveMs === undefined ? {} : { timeMs: keepaliveMs }),
    });
    // gRFC A8: half as often on the connections to come.
    made.onTooManyPings = () => {
      if (keepaliveMs !== undefined) keepaliveMs *= 2;
    };
    link = made;
    return made;
  }

  async function open(): Promise<GrpcLink> {
    const given = openingGivenUp.signal;
    const tunnel = endpoint.path === undefined && isProxyNamed() ? await tunnelTo(endpoint, given) : undefined;
    try {
      given.throwIfAborted();
      return hold(openSocket(endpoint, secureOptions, tunnel));
    } catch (error) {
      tunnel?.destroy();
      throw error;
    }
  }

  return {
    async link() {
      if (isClosed) throw new Error("the client is closed");
      if (tls !== undefined && tls.options !== secureOptions) {
        letGo();
        secureOptions = tls.options;
      }
      if (link?.isUsable === true) return link;
      if (opening === undefined) {
        openingGivenUp = new AbortController();
        const own = open();
        opening = own;
        const forget = (): void => {
          if (opening === own) opening = undefined;
        };
        own.then(forget, forget);
      }
      return opening;
    },
    giveUpOpening() {
      openingGivenUp.abort(new Error("the connection did not come about in time"));
    },
    close() {
      isClosed = true;
      letGo();
    },
  };
}

function openSocket(
  { isSecure, host, port, path }: GrpcEndpoint,
  options: ClientTls["options"] | undefined,
  tunnel: Socket | undefined,
): Socket {
  const to = path === undefined ? { host, port, noDelay: true } : { path };
  if (!isSecure) return tunnel ?? connectTcp(to);
  const named = options?.servername ?? "";
  return connectTls({
    ...options,
    ...to,
    ...(tunnel === undefined ? {} : { socket: tunnel }),
    ALPNProtocols: ["h2"],
    // An address is no name to ask for (RFC 6066, 3); the certificate is then held against the host.
    servername: named === "" && isIP(host) === 0 ? host : named,
  });
}

function isProxyNamed({ grpc_proxy, https_proxy, http_proxy }: NodeJS.ProcessEnv = process.env): boolean {
  return [grpc_proxy, https_proxy, http_proxy].some((each) => each !== undefined && each !== "");
}

async function tunnelTo({ host, port, isSecure }: GrpcEndpoint, given: AbortSignal): Promise<Socket | undefined> {
  const { openTunnel, proxyFor } = await import("./grpc-proxy.ts");
  const proxy = proxyFor(host);
  if (proxy === undefined) return undefined;
  const target = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const tunnel = await openTunnel(proxy, target, given);
  if (isSecure) tunnel.setNoDelay(true);
  return tunnel;
}
