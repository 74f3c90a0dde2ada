import { context as contextApi } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import { replaceMethod } from "../core/observe-stream.ts";
import type { Operation } from "../core/operation.ts";
import { arrayOf, integerOf, isObject, objectOf, stringOf } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { isSearch, type KnnQuery, readKnnQuery, readReply } from "../redis/knn-query.ts";
import { endSearch, openSearch, type SearchServer } from "../retrieval/watch-search.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";

export type IoredisInstrumentationOptions = InstrumentationOptions;

/** Traces searches by nearness of `ioredis`: `call("FT.SEARCH", …)` with `KNN` or `VECTOR_RANGE`, of clients and clusters, in pipelines as well. Other commands are left alone. */
export class IoredisInstrumentation extends LibraryInstrumentation<IoredisInstrumentationOptions> {
  constructor(options: IoredisInstrumentationOptions = {}) {
    super("@genscope/instrumentation/ioredis", packageVersion, specifiersOf("ioredis"), options);
    if (options.enabled !== false) this.enable();
  }

  protected override patch(module: unknown, telemetry: Telemetry): () => void {
    const classes = objectOf(
      typeof module === "function" ? { Redis: module, Cluster: (module as { Cluster?: unknown }).Cluster } : module,
    );
    /** A command passes by again when it waited for a connection, or was sent on to another node. */
    const seen = new WeakMap<object, Operation | undefined>();
    const undo = [classes["Cluster"], classes["Redis"]].map((Client) =>
      wrapMethod(
        typeof Client === "function" ? Client.prototype : undefined,
        "sendCommand",
        (original) =>
          function (...parameters) {
            const [command] = parameters;
            const run = (): unknown => Reflect.apply(original, this, parameters);
            if (!isObject(command) || !isSearch(command["name"])) return run();
            const search = readKnnQuery([command["name"], ...arrayOf(command["args"])]);
            if (search === undefined) return run();
            const server = serverOfClient(this);
            if (!seen.has(command)) seen.set(command, startCommand(telemetry, command, search, server));
            else if (server !== undefined)
              seen.get(command)?.span.setAttributes({ "server.address": server.address, "server.port": server.port });
            const operation = seen.get(command);
            if (operation === undefined) return run();
            return contextApi.with(operation.context, run);
          },
      ),
    );
    return () => {
      for (const step of undo) step?.();
    };
  }
}

/** A command is told its outcome, and has the promise that waits for it already: so nothing is put between that and who holds it. */
function startCommand(
  telemetry: Telemetry,
  command: object,
  search: KnnQuery,
  server: SearchServer | undefined,
): Operation | undefined {
  const operation = openSearch(telemetry, () => ({
    system: "redis",
    dataSource: search.index,
    topK: search.topK,
    server,
  }));
  if (operation === undefined) return undefined;
  replaceMethod(
    command,
    "resolve",
    (original) =>
      function (...parameters) {
        endSearch(
          operation,
          guard("reading what was found", () => readReply(parameters[0], search)),
        );
        return Reflect.apply(original, this, parameters);
      },
  );
  replaceMethod(
    command,
    "reject",
    (original) =>
      function (...parameters) {
        operation.fail(parameters[0]);
        return Reflect.apply(original, this, parameters);
      },
  );
  return operation;
}

/** None for a cluster, which asks one of its nodes. */
function serverOfClient(client: unknown): SearchServer | undefined {
  const { host, port, path } = objectOf(objectOf(client)["options"]);
  const address = stringOf(host);
  return address === undefined || typeof path === "string" ? undefined : { address, port: integerOf(port) };
}
