import { isObject, numberOf, stringOf } from "../core/read.ts";

export interface BedrockServer {
  readonly address: string;
  readonly port: number;
}

const resolved = new WeakMap<object, BedrockServer>();

/** Where a client sends its calls, if it has been learnt already. */
export function knownServer(client: object): BedrockServer | undefined {
  return resolved.get(client);
}

/** Asks the client's configuration, which answers later: the endpoint it was given, else its region's. `undefined` if it has neither. */
export async function learnServer(client: object): Promise<BedrockServer | undefined> {
  const { config } = client as { readonly config?: unknown };
  if (!isObject(config)) return undefined;
  try {
    const { endpoint, region } = config;
    const server =
      typeof endpoint === "function"
        ? ofEndpoint(await (endpoint as () => Promise<unknown>)())
        : typeof region === "function"
          ? ofRegion(await (region as () => Promise<unknown>)())
          : undefined;
    if (server !== undefined) resolved.set(client, server);
    return server;
  } catch {
    // that no region can be found is the call's own error
    return undefined;
  }
}

function ofEndpoint(endpoint: unknown): BedrockServer | undefined {
  if (!isObject(endpoint)) return undefined;
  const address = stringOf(endpoint["hostname"]);
  const port = numberOf(endpoint["port"]) ?? (endpoint["protocol"] === "http:" ? 80 : 443);
  return address === undefined ? undefined : { address, port };
}

function ofRegion(value: unknown): BedrockServer | undefined {
  const region = stringOf(value);
  if (region === undefined) return undefined;
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return { address: `bedrock-runtime.${region}.${domain}`, port: 443 };
}
