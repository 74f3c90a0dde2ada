import { Client as ClientV2, InMemoryTransport as InMemoryV2 } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport as InMemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { Server as ServerV1 } from "@modelcontextprotocol/sdk/server/index.js";
import { Protocol as ProtocolV1 } from "@modelcontextprotocol/sdk/shared/protocol.js";
import * as schemas from "@modelcontextprotocol/sdk/types.js";
import { Server as ServerV2 } from "@modelcontextprotocol/server";

export const mcpMajors = ["1", "2"] as const;
export type McpMajor = (typeof mcpMajors)[number];

/** What an application does with a client, the same in both versions. */
export interface McpClient {
  callTool(
    params: { name: string; arguments?: Record<string, unknown> },
    ...more: readonly unknown[]
  ): Promise<unknown>;
  listTools(): Promise<unknown>;
  getPrompt(params: { name: string }): Promise<unknown>;
  readResource(params: { uri: string }): Promise<unknown>;
  ping(): Promise<unknown>;
  request(request: { method: string; params?: object }, ...more: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

export interface McpPair extends AsyncDisposable {
  readonly client: McpClient;
  /** Every message that went over the wire, as it was sent. */
  readonly wire: readonly Record<string, unknown>[];
}

type Handler = (request: { params: never }, extra: { signal?: AbortSignal }) => unknown;
interface McpServer {
  setRequestHandler(method: never, handler: Handler): void;
  connect(transport: unknown): Promise<void>;
  close(): Promise<void>;
}

export const mcpInstrumented = { "1": [ProtocolV1], "2": [ClientV2, ServerV2] } as const;

/** What the tools of the test server do; `onCall` is told of each call, inside its handler. */
function handlersOf(onCall: () => unknown): Readonly<Record<string, Handler>> {
  return {
    "tools/list": () => ({ tools: [{ name: "add", inputSchema: { type: "object" } }] }),
    "tools/call": async ({ params }, { signal }) => {
      const { name, arguments: given } = params as { name: string; arguments: { a: number; b: number } };
      await onCall();
      if (name === "wrong") return { isError: true, content: [{ type: "text", text: "no such city" }] };
      if (name === "broken") throw new Error("the handler broke");
      if (name === "slow") await new Promise((resolve) => signal?.addEventListener("abort", resolve));
      return { content: [{ type: "text", text: String(given.a + given.b) }] };
    },
    "prompts/get": () => ({ messages: [{ role: "user", content: { type: "text", text: "Hello" } }] }),
    "resources/read": () => ({ contents: [{ uri: "memo://1", text: "a memo" }] }),
  };
}

const capabilities = { capabilities: { tools: {}, prompts: {}, resources: {} } };
const about = { name: "test", version: "1" };

/** Version 1 names a method by the schema of its requests. */
const bySchema = {
  "tools/list": schemas.ListToolsRequestSchema,
  "tools/call": schemas.CallToolRequestSchema,
  "prompts/get": schemas.GetPromptRequestSchema,
  "resources/read": schemas.ReadResourceRequestSchema,
};

/** Gives a server its tools, prompts and resources. */
export function setHandlers(major: McpMajor, server: unknown, onCall: () => unknown): void {
  for (const [method, handler] of Object.entries(handlersOf(onCall))) {
    const key = major === "1" ? bySchema[method as keyof typeof bySchema] : method;
    (server as McpServer).setRequestHandler(key as never, handler);
  }
}

/** A client and a server in this process, connected. */
export async function connectPair(major: McpMajor, onCall: () => unknown = () => undefined): Promise<McpPair> {
  const [here, there] = major === "1" ? InMemoryV1.createLinkedPair() : InMemoryV2.createLinkedPair();
  const wire: Record<string, unknown>[] = [];
  for (const end of [here, there]) {
    const send = end.send.bind(end) as (message: unknown, ...more: unknown[]) => Promise<void>;
    end.send = (message: unknown, ...more: unknown[]) => {
      wire.push(structuredClone(message) as Record<string, unknown>);
      return send(message, ...more);
    };
  }
  const client = (major === "1" ? new ClientV1(about) : new ClientV2(about)) as unknown as McpClient & McpServer;
  const server = (major === "1"
    ? new ServerV1(about, capabilities)
    : new ServerV2(about, capabilities)) as unknown as McpServer;
  setHandlers(major, server, onCall);
  await server.connect(there);
  await client.connect(here);
  return {
    client,
    wire,
    async [Symbol.asyncDispose]() {
      await client.close();
      await server.close();
    },
  };
}
