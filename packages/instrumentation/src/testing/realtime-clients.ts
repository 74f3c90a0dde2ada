import { createRequire } from "node:module";
import { connect } from "node:net";
import type { OpenAI } from "openai";
import type { OpenAIRealtimeWebSocket } from "openai/realtime/websocket";
import type { OpenAIRealtimeWS } from "openai/realtime/ws";
import { loadOpenAi, type OpenAiMajor } from "./openai-majors.ts";

export type RealtimeClient = OpenAIRealtimeWS | OpenAIRealtimeWebSocket;

type Clients = {
  readonly OpenAIRealtimeWS: new (
    options: { readonly model: string; readonly options: object },
    client: OpenAI,
  ) => OpenAIRealtimeWS;
  readonly OpenAIRealtimeWebSocket: new (
    options: { readonly model: string },
    client: OpenAI,
  ) => OpenAIRealtimeWebSocket;
};

/** A client of the Realtime API: of a major, by a package of sockets or by the platform's own. */
export interface RealtimeLibrary {
  readonly major: OpenAiMajor;
  readonly module: string;
}

export const realtimeLibraries: readonly RealtimeLibrary[] = [
  { major: "openai", module: "openai/realtime/ws" },
  { major: "openai", module: "openai/realtime/websocket" },
  { major: "openai-v6", module: "openai-v6/realtime/ws" },
  { major: "openai-v6", module: "openai-v6/realtime/websocket" },
  { major: "openai-v5", module: "openai-v5/realtime/ws" },
];

export async function loadRealtime(library: RealtimeLibrary, how: "import" | "require" = "import"): Promise<Clients> {
  return how === "import"
    ? ((await import(library.module)) as Clients)
    : (createRequire(import.meta.url)(library.module) as Clients);
}

/**
 * Connects to a model server. The library allows no connection that is not encrypted, and the server has no certificate: so it is the transport below that
 * is another.
 */
export async function connectRealtime(
  library: RealtimeLibrary,
  clients: Clients,
  baseURL: string,
  model: string,
): Promise<RealtimeClient> {
  const Client = await loadOpenAi(library.major);
  const client = new Client({ apiKey: "unused", baseURL });
  if (library.module.endsWith("/ws")) {
    const createConnection = (): unknown => connect(Number(new URL(baseURL).port), "127.0.0.1");
    return new clients.OpenAIRealtimeWS({ model, options: { createConnection } }, client);
  }
  const Native = globalThis.WebSocket;
  globalThis.WebSocket = class extends Native {
    constructor(...[url, ...rest]: ConstructorParameters<typeof WebSocket>) {
      super(String(url).replace(/^wss:/u, "ws:"), ...rest);
    }
  };
  try {
    return new clients.OpenAIRealtimeWebSocket({ model }, client);
  } finally {
    globalThis.WebSocket = Native;
  }
}

type Heard = { readonly type: string } & Readonly<Record<string, unknown>>;
type Send = (event: object) => void;

/** Everything heard from the connection's start until `say`, told each event, answers `true`; or until it fails or closes. */
export function hear(client: RealtimeClient, say: (event: Heard, send: Send) => boolean | void): Promise<string[]> {
  const types: string[] = [];
  return new Promise((resolve) => {
    const end = (): void => {
      client.close();
      resolve(types);
    };
    (client.socket as WebSocket).addEventListener("close", end);
    client.on("error", end);
    client.on("event", (event) => {
      types.push(event.type);
      if (say(event as unknown as Heard, (sent) => client.send(sent as never)) === true) end();
    });
  });
}
