import { integerOf, isObject, objectOf, stringOf } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { type SearchServer, watchSearch } from "../retrieval/watch-search.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";
import { type KnnQuery, readKnnQuery, readReply } from "./knn-query.ts";

export type RedisInstrumentationOptions = InstrumentationOptions;

/**
 * Traces searches by nearness of `redis`: `ft.search` and `sendCommand` with `KNN` or `VECTOR_RANGE`, of clients, pools and clusters. Other commands are
 * left alone, and so are those within `multi()`.
 */
export class RedisInstrumentation extends LibraryInstrumentation<RedisInstrumentationOptions> {
  constructor(options: RedisInstrumentationOptions = {}) {
    // the class of clients is not exported by `redis`
    super("@genscope/instrumentation/redis", packageVersion, specifiersOf("redis"), options);
    if (options.enabled !== false) this.enable();
  }

  /** `module`: that of the class, the class, or a client. */
  protected override patch(module: unknown, telemetry: Telemetry): () => void {
    const exported = isObject(module)
      ? (objectOf(module["default"])["default"] ?? module["default"] ?? module)
      : module;
    const prototype: unknown = typeof exported === "function" ? exported.prototype : prototypeOf(exported);
    const undo = [
      wrapMethod(
        prototype,
        "sendCommand",
        (original) =>
          function (...parameters) {
            const words: unknown = parameters[0];
            const search = Array.isArray(words) ? readKnnQuery(words) : undefined;
            const run = (): unknown => Reflect.apply(original, this, parameters);
            return search === undefined ? run() : watch(telemetry, this, search, run);
          },
      ),
      // version 4: commands, of modules as well, do not pass by the method above
      wrapMethod(
        prototype,
        "commandsExecutor",
        (original) =>
          function (...parameters) {
            const search = readCommand(parameters[0], parameters[1]);
            const run = (): unknown => Reflect.apply(original, this, parameters);
            return search === undefined ? run() : watch(telemetry, this, search, run);
          },
      ),
    ];
    return () => {
      for (const step of undo) step?.();
    };
  }
}

/** Where an object has its `sendCommand` from: a client is of a class made for the modules it has. */
function prototypeOf(client: unknown): unknown {
  let at: unknown = client;
  while (typeof at === "object" && at !== null && !Object.hasOwn(at, "sendCommand"))
    at = Object.getPrototypeOf(at) as unknown;
  return at;
}

function watch(telemetry: Telemetry, client: unknown, search: KnnQuery, run: () => unknown): unknown {
  return watchSearch(
    telemetry,
    () => ({ system: "redis", dataSource: search.index, topK: search.topK, server: serverOfClient(client) }),
    run,
    (reply) => readReply(reply, search),
  );
}

/** The words of a command that has not been put into words yet: done only for what looks like a search. */
function readCommand(command: unknown, given: unknown): KnnQuery | undefined {
  const { transformArguments } = objectOf(command);
  if (typeof transformArguments !== "function" || !Array.isArray(given)) return undefined;
  const looksLikeIt = given.some((one) => typeof one === "string" && /KNN|VECTOR_RANGE/iu.test(one));
  if (!looksLikeIt) return undefined;
  const words: unknown = Reflect.apply(transformArguments, command, given);
  return Array.isArray(words) ? readKnnQuery(words) : undefined;
}

function serverOfClient(client: unknown): SearchServer | undefined {
  const socket = objectOf(objectOf(objectOf(client)["options"])["socket"]);
  if (socket["path"] !== undefined) return undefined;
  return { address: stringOf(socket["host"]) ?? "localhost", port: integerOf(Number(socket["port"] ?? 6379)) };
}
