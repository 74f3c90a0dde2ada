import { integerOf, isObject, numberOf, objectOf } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import {
  contentOf,
  type Found,
  foundOf,
  type SearchServer,
  watchSearchWithCallback,
} from "../retrieval/watch-search.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";
import { readVectorQuery } from "./vector-query.ts";

export type PgInstrumentationOptions = InstrumentationOptions;

/** Traces searches with pgvector through `pg`: queries with one of its operators (`<->`, `<=>`, `<#>`, `<+>` …). Other queries are left alone. */
export class PgInstrumentation extends LibraryInstrumentation<PgInstrumentationOptions> {
  constructor(options: PgInstrumentationOptions = {}) {
    super("@genscope/instrumentation/pg", packageVersion, specifiersOf("pg"), options);
    if (options.enabled !== false) this.enable();
  }

  protected override patch(module: unknown, telemetry: Telemetry): () => void {
    const exported = isObject(module) && isObject(module["default"]) ? module["default"] : module;
    const Client = isObject(exported) ? exported["Client"] : exported;
    const prototype: unknown = typeof Client === "function" ? Client.prototype : undefined;
    const undo = wrapMethod(
      prototype,
      "query",
      (original) =>
        function (...parameters) {
          return watchSearchWithCallback(
            telemetry,
            () => {
              const search = readVectorQuery(parameters[0], parameters[1]);
              if (search === undefined) return undefined;
              return {
                system: "postgresql",
                dataSource: search.table,
                topK: search.limit,
                server: serverOfClient(this),
              };
            },
            parameters,
            // a pool hands a callback to its client
            (given) => Reflect.apply(original, this, given),
            readRows,
          );
        },
    );
    return () => undo?.();
  }
}

function serverOfClient(client: unknown): SearchServer | undefined {
  const { host, port } = objectOf(client);
  return typeof host === "string" && !host.startsWith("/") ? { address: host, port: integerOf(port) } : undefined;
}

/** Rows under the names that people give their columns. */
function readRows(result: unknown): Found {
  return foundOf(objectOf(result)["rows"], (row) => {
    const { id } = row;
    return {
      id: typeof id === "string" || typeof id === "number" ? id : undefined,
      score: numberOf(row["distance"]) ?? numberOf(row["score"]) ?? numberOf(row["similarity"]),
      content: contentOf(row),
    };
  });
}
