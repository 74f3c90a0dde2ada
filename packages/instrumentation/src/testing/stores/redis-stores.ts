import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis-v5";
import * as redis from "redis";
import * as redis4 from "redis-v4";
import * as redis5 from "redis-v5";
import { IoredisInstrumentation } from "../../ioredis/index.ts";
import { RedisInstrumentation } from "../../redis/index.ts";
import { startRedisServer } from "./redis-server.ts";
import type { OpenStore, VectorStore } from "./store.ts";

const query = "*=>[KNN 2 @vector $blob AS distance]";
const queryOfParameter = "*=>[KNN $count @vector $blob]";
const blob = Buffer.from(new Float32Array([1, 0]).buffer);

/** The words of a search whose number is a parameter. */
function wordsOf(index: string): [string, ...(string | Buffer)[]] {
  return ["FT.SEARCH", index, queryOfParameter, "PARAMS", "4", "count", "2", "blob", blob, "DIALECT", "2"];
}

/** A store of {@link startRedisServer}, with a connection for each search. */
function served<Connection>(
  connect: (port: number) => Connection | Promise<Connection>,
  search: (client: Connection, index: string) => Promise<unknown>,
  close: (client: Connection) => unknown,
): () => Promise<OpenStore> {
  return async () => {
    const server = await startRedisServer();
    const run = async (index: string): Promise<unknown> => {
      const client = await connect(server.port);
      try {
        return await search(client, index);
      } finally {
        await close(client);
      }
    };
    return {
      search: () => run("manual"),
      fail: () => run("nowhere"),
      [Symbol.asyncDispose]: () => server.close(),
    };
  };
}

type Module = typeof redis;
type Client = ReturnType<Module["createClient"]>;

function nodeRedisStores(version: string, module: Module, RESP: 2 | 3 | undefined): readonly VectorStore[] {
  const connect = (port: number): Promise<Client> =>
    module
      .createClient({ socket: { host: "127.0.0.1", port }, ...(RESP === undefined ? {} : { RESP }) })
      .on("error", () => {})
      .connect() as unknown as Promise<Client>;
  const store = (call: string, search: (client: Client, index: string) => Promise<unknown>): VectorStore => ({
    library: "redis",
    version,
    call: RESP === undefined ? call : `${call}, RESP ${RESP}`,
    module: module.createClient(),
    instrumentation: (options: object) => new RedisInstrumentation(options),
    system: "redis",
    dataSource: "manual",
    open: served(connect, search, closeNodeRedis),
  });
  return [
    store("ft.search", (client, index) => client.ft.search(index, query, { PARAMS: { blob }, DIALECT: 2 })),
    store("sendCommand", (client, index) => client.sendCommand(wordsOf(index))),
  ];
}

/** Version 4 calls it otherwise. */
function closeNodeRedis(client: Client): unknown {
  const { destroy, disconnect } = client as Partial<Record<"destroy" | "disconnect", () => unknown>>;
  return Reflect.apply(destroy ?? disconnect ?? (() => {}), client, []);
}

function ioredisStores(version: string, Class: typeof Redis): readonly VectorStore[] {
  const store = (call: string, search: (client: Redis, index: string) => Promise<unknown>): VectorStore => ({
    library: "ioredis",
    version,
    call,
    module: { Redis: Class },
    instrumentation: (options: object) => new IoredisInstrumentation(options),
    system: "redis",
    dataSource: "manual",
    open: served(
      (port) => new Class({ host: "127.0.0.1", port }),
      search,
      (client) => client.disconnect(),
    ),
  });
  return [
    store("call", (client, index) => client.call(...wordsOf(index))),
    store("pipeline", async (client, index) => {
      const [[error, found] = []] = (await client.pipeline([["call", ...wordsOf(index)] as string[]]).exec()) ?? [];
      if (error instanceof Error) throw error;
      return found;
    }),
  ];
}

export const redisStores: readonly VectorStore[] = [
  ...nodeRedisStores("4", redis4 as unknown as Module, undefined),
  ...nodeRedisStores("5", redis5 as unknown as Module, 2),
  ...nodeRedisStores("6", redis, 2),
  ...nodeRedisStores("6", redis, 3),
  ...ioredisStores("5", Redis5 as unknown as typeof Redis),
  ...ioredisStores("6", Redis),
];
