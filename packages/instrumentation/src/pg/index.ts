import { context as contextApi } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import { arrayOf, isObject, numberOf, objectOf } from "../core/read.ts";
import { isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import {
  contentOf,
  endSearch,
  type Hit,
  type SearchStart,
  startSearch,
  watchSearch,
} from "../retrieval/watch-search.ts";
import { packageVersion } from "../version.ts";
import { readVectorQuery } from "./vector-query.ts";

export type PgInstrumentationOptions = InstrumentationOptions;

type Callback = (this: unknown, error: unknown, result: unknown, ...more: unknown[]) => unknown;

/** Traces searches with pgvector through `pg`: queries with one of its operators (`<->`, `<=>`, `<#>`, `<+>` …). Other queries are left alone. */
export class PgInstrumentation extends LibraryInstrumentation<PgInstrumentationOptions> {
  constructor(options: PgInstrumentationOptions = {}) {
    super("@genscope/instrumentation/pg", packageVersion, ["pg"], options);
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
          const run = (): unknown => Reflect.apply(original, this, parameters);
          const search = guard("reading a query", () => readVectorQuery(parameters[0], parameters[1]));
          if (search === undefined || isRecordedElsewhere(contextApi.active())) return run();
          const start: SearchStart = {
            system: "postgresql",
            dataSource: search.table,
            topK: search.limit,
            url: urlOf(this),
          };
          const at = parameters.findIndex((one) => typeof one === "function");
          if (at === -1) return watchSearch(telemetry, () => start, run, readHits);
          // a pool hands a callback to its client
          const operation = guard("starting a search", () => startSearch(telemetry, start));
          if (operation === undefined) return run();
          const callback = parameters[at] as Callback;
          const told: Callback = function (error, result, ...more) {
            if (error === null || error === undefined)
              endSearch(
                operation,
                guard("reading rows", () => readHits(result)),
              );
            else operation.fail(error);
            return Reflect.apply(callback, this, [error, result, ...more]);
          };
          return Reflect.apply(original, this, parameters.with(at, told));
        },
    );
    return () => undo?.();
  }
}

function urlOf(client: unknown): string | undefined {
  const { host, port } = objectOf(client);
  return typeof host === "string" && !host.startsWith("/") ? `postgresql://${host}:${String(port)}` : undefined;
}

/** Rows under the names that people give their columns. */
function readHits(result: unknown): readonly Hit[] {
  return arrayOf(objectOf(result)["rows"])
    .filter(isObject)
    .map((row) => {
      const { id } = row;
      return {
        id: typeof id === "string" || typeof id === "number" ? id : undefined,
        score: numberOf(row["distance"]) ?? numberOf(row["score"]) ?? numberOf(row["similarity"]),
        content: contentOf(row),
      };
    });
}
