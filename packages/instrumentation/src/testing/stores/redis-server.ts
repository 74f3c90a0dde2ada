import { createServer, type Socket } from "node:net";
import { nearest } from "./documents.ts";

export interface RedisServer {
  readonly port: number;
  close(): Promise<void>;
}

/** A value as RESP writes it, in either version: what version 2 has no maps for is a list there. */
type Reply = string | number | Error | readonly Reply[] | { readonly [key: string]: Reply };

/** Redis with its search, as far as clients need it to connect and to search by nearness, on a free loopback port. Speaks RESP 2, and 3 from `HELLO 3` on. */
export async function startRedisServer(): Promise<RedisServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let rest: Buffer = Buffer.alloc(0);
    let version = 2;
    sockets.add(socket.on("error", () => {}).on("close", () => sockets.delete(socket)));
    socket.on("data", (data: Buffer) => {
      const { commands, rest: left } = readCommands(Buffer.concat([rest, data]));
      rest = left;
      for (const words of commands) {
        if (words[0]?.toUpperCase() === "HELLO") version = Number(words[1] ?? 2);
        socket.write(written(answer(words, version), version));
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as { port: number }).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Commands are lists of strings, each with its length; bytes of a vector are kept as latin1. */
function readCommands(data: Buffer): { readonly commands: readonly (readonly string[])[]; readonly rest: Buffer } {
  const commands: string[][] = [];
  let at = 0;
  const line = (from: number): { text: string; next: number } | undefined => {
    const end = data.indexOf("\r\n", from);
    return end === -1 ? undefined : { text: data.toString("latin1", from, end), next: end + 2 };
  };
  for (;;) {
    const head = line(at);
    if (head === undefined) break;
    const words: string[] = [];
    let next = head.next;
    for (let i = Number(head.text.slice(1)); i > 0; i--) {
      const length = line(next);
      if (length === undefined) return { commands, rest: data.subarray(at) };
      const end = length.next + Number(length.text.slice(1));
      if (data.length < end + 2) return { commands, rest: data.subarray(at) };
      words.push(data.toString("latin1", length.next, end));
      next = end + 2;
    }
    commands.push(words);
    at = next;
  }
  return { commands, rest: data.subarray(at) };
}

function answer(words: readonly string[], version: number): Reply {
  const [name = "", ...given] = words;
  switch (name.toUpperCase()) {
    case "HELLO":
      return {
        server: "redis",
        version: "8.0.0",
        proto: version,
        id: 1,
        mode: "standalone",
        role: "master",
        modules: [],
      };
    case "INFO":
      return "# Server\r\nredis_version:8.0.0\r\nloading:0\r\n";
    case "PING":
      return "PONG";
    case "FT.SEARCH":
      return search(given, version);
    default:
      return "OK";
  }
}

function search([index, query = "", ...options]: readonly string[], version: number): Reply {
  if (index !== "manual") return new Error(`${index}: no such index`);
  const parameter = (name: string): string | undefined => options[options.indexOf(name) + 1];
  const [, given, field = "", alias] = /KNN (\$?\w+) @(\w+) \$\w+(?: AS (\w+))?/u.exec(query) ?? [];
  const count = given?.startsWith("$") === true ? parameter(given.slice(1)) : given;
  const found = nearest(undefined, count).map(({ document: { id, text }, score }) => ({
    id,
    fields: { [alias ?? `__${field}_score`]: String(1 - score), text },
  }));
  if (version === 2) {
    return [found.length, ...found.flatMap(({ id, fields }) => [id, Object.entries(fields).flat()])];
  }
  return {
    attributes: [],
    warning: [],
    total_results: found.length,
    format: "STRING",
    results: found.map(({ id, fields }) => ({ id, extra_attributes: fields, values: [] })),
  };
}

function written(reply: Reply, version: number): string {
  if (typeof reply === "string") return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  if (typeof reply === "number") return `:${reply}\r\n`;
  if (reply instanceof Error) return `-${reply.message}\r\n`;
  if (Array.isArray(reply)) return `*${reply.length}\r\n${reply.map((one: Reply) => written(one, version)).join("")}`;
  const entries = Object.entries(reply).flat() as readonly Reply[];
  const head = version === 3 ? `%${entries.length / 2}` : `*${entries.length}`;
  return `${head}\r\n${entries.map((one) => written(one, version)).join("")}`;
}
