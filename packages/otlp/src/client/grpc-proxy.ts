import { type ClientRequest, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { BlockList, isIP, type Socket } from "node:net";

/** The proxy that the environment names for gRPC, with the variables that gRPC's libraries know; none for a host it excepts. */
export function proxyFor(host: string, environment: NodeJS.ProcessEnv = process.env): URL | undefined {
  const { grpc_proxy: own, https_proxy: secure, http_proxy: plain } = environment;
  const named = [own, secure, plain].find((each) => each !== undefined && each !== "");
  if (named === undefined || !URL.canParse(named)) return undefined;
  const url = new URL(named);
  if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
  const { no_grpc_proxy: ownExceptions = "", no_proxy: exceptions = "" } = environment;
  return isExcepted(host, ownExceptions === "" ? exceptions : ownExceptions) ? undefined : url;
}

/** `no_proxy`: names with all below them, addresses, ranges of addresses, or `*`. */
function isExcepted(host: string, exceptions: string): boolean {
  const family = isIP(host);
  const entries = exceptions.split(",").map((each) => each.trim().toLowerCase());
  return entries.some((entry) => {
    if (entry === "") return false;
    if (entry === "*" || entry === host.toLowerCase()) return true;
    if (family !== 0) return isInRange(host, family, entry);
    return host.toLowerCase().endsWith(`.${entry.replace(/^\*?\./, "")}`);
  });
}

function isInRange(host: string, family: number, entry: string): boolean {
  const [net = "", bits = ""] = entry.split("/");
  if (isIP(net) !== family || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? "ipv4" : "ipv6";
  const range = new BlockList();
  range.addSubnet(net, Number(bits), type);
  return range.check(host, type);
}

/** A connection to `target`, host and port, that the proxy has made (RFC 9110, 9.3.6). Rejects with an Error if it does not. */
export function openTunnel(proxy: URL, target: string, signal: AbortSignal): Promise<Socket> {
  const user = decodeURIComponent(`${proxy.username}:${proxy.password}`);
  const authorization = user === ":" ? {} : { "proxy-authorization": `Basic ${Buffer.from(user).toString("base64")}` };
  return new Promise((resolve, reject) => {
    const send = proxy.protocol === "https:" ? httpsRequest : httpRequest;
    const asked: ClientRequest = send({
      host: proxy.hostname.replace(/^\[(.*)\]$/, "$1"),
      port: proxy.port === "" ? (proxy.protocol === "https:" ? 443 : 80) : Number(proxy.port),
      method: "CONNECT",
      path: target,
      headers: { host: target, ...authorization },
      agent: false,
      signal,
    });
    const refuse = (status: number | undefined): void => {
      asked.destroy();
      reject(new Error(`the proxy ${proxy.host} answered HTTP ${status} to CONNECT ${target}`));
    };
    asked.on("connect", (answer, socket: Socket, head: Buffer) => {
      if (answer.statusCode !== 200) return refuse(answer.statusCode);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asked.on("response", (answer) => refuse(answer.statusCode));
    asked.on("error", (cause) => reject(new Error(`the proxy ${proxy.host}: ${cause.message}`, { cause })));
    asked.end();
  });
}
