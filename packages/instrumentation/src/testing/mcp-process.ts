import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { Client as ClientV2, StreamableHTTPClientTransport as HttpV2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioV2 } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as HttpV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { McpClient, McpMajor } from "./mcp-pair.ts";

/** A span of the other process. */
export interface RemoteSpan {
  readonly name: string;
  readonly traceId: string;
  readonly parentSpanId: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface Said extends Partial<RemoteSpan> {
  readonly port?: number;
}

/** A client here, connected to a server in a process of its own. */
export async function mcpProcess(
  major: McpMajor,
  transport: "stdio" | "http",
): Promise<{ client: McpClient; spans: () => readonly RemoteSpan[]; stop: () => Promise<void> }> {
  const script = fileURLToPath(import.meta.resolve("./mcp-server-process.ts"));
  const args = ["--conditions=@genscope/source", "--no-warnings", script, major, transport];
  const said: Said[] = [];
  let rest = "";
  const port = Promise.withResolvers<number>();
  const read = (text: string): void => {
    rest += text;
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (!line.startsWith("{")) throw new Error(line);
      const one = JSON.parse(line) as Said;
      said.push(one);
      if (one.port !== undefined) port.resolve(one.port);
    }
  };
  let child: ChildProcess | undefined;
  let connection: unknown;
  if (transport === "stdio") {
    const options = { command: process.execPath, args, stderr: "pipe" as const };
    const stdio = major === "1" ? new StdioV1(options) : new StdioV2(options);
    (stdio.stderr as Readable).setEncoding("utf8").on("data", read);
    connection = stdio;
  } else {
    child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    child.stderr?.setEncoding("utf8").on("data", read);
    const url = new URL(`http://127.0.0.1:${await port.promise}/mcp`);
    connection = major === "1" ? new HttpV1(url) : new HttpV2(url);
  }
  const about = { name: "test", version: "1" };
  const client = (major === "1" ? new ClientV1(about) : new ClientV2(about)) as unknown as McpClient & {
    connect(transport: unknown): Promise<void>;
  };
  await client.connect(connection);
  return {
    client,
    spans: () => said.filter((one): one is RemoteSpan => one.name !== undefined),
    async stop() {
      if (child === undefined) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await ended;
    },
  };
}
