import { guard } from "../core/guard.ts";
import { isObject, objectOf } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import { requireFrom } from "../hook/require-from.ts";
import { type InstrumentationOptions, LibraryInstrumentation } from "../instrumentation.ts";
import { specifiersOf } from "../libraries.ts";
import { packageVersion } from "../version.ts";
import { Builders } from "./builders.ts";
import { watchExecutions } from "./watch-executions.ts";

export type LanceDbInstrumentationOptions = InstrumentationOptions;

/** Ways to get a connection, and from that a table: their classes are not exported. */
const giveConnections = ["connect", "connectNamespace"] as const;
const giveTables = ["openTable", "createTable", "createEmptyTable"] as const;

/**
 * Traces searches of `@lancedb/lancedb`: queries by nearness or full text, however they are read (`toArray`, `toArrow`, `for await`). Other queries are
 * left alone. In a bundle, the table's name is known if the connection was made after the library was instrumented.
 */
export class LanceDbInstrumentation extends LibraryInstrumentation<LanceDbInstrumentationOptions> {
  constructor(options: LanceDbInstrumentationOptions = {}) {
    super("@genscope/instrumentation/lancedb", packageVersion, specifiersOf("lancedb"), options);
    if (options.enabled !== false) this.enable();
  }

  protected override patch(module: unknown, telemetry: Telemetry): () => void {
    if (!isObject(module)) return () => {};
    const builders = new Builders();
    const undo: (() => void)[] = [];
    const keep = (steps: readonly ((() => void) | undefined)[]): void => {
      for (const step of steps) if (step !== undefined) undo.push(step);
    };
    for (const name of ["Query", "VectorQuery", "AutoQuery"]) {
      const Query = module[name];
      const prototype: unknown = typeof Query === "function" ? Query.prototype : undefined;
      keep(builders.watchSteps(prototype));
      keep(watchExecutions(prototype, builders, telemetry));
    }
    const seeTable = (table: object): void => keep(builders.watchTables(Object.getPrototypeOf(table)));
    const seeConnection = (connection: object): void =>
      keep(afterEach(Object.getPrototypeOf(connection), giveTables, seeTable));
    for (const prototype of loadedTables(module["Table"])) keep(builders.watchTables(prototype));
    keep(afterEach(isObject(module["default"]) ? module["default"] : module, giveConnections, seeConnection));
    return () => {
      for (const step of undo.splice(0)) step();
    };
  }
}

const require = requireFrom(import.meta.url);

/** Prototypes of tables that extend this class, in files of the library that are loaded; in a bundle there are none. */
function loadedTables(Table: unknown): readonly unknown[] {
  if (typeof Table !== "function") return [];
  return Object.entries(require.cache).flatMap(([file, loaded]): readonly unknown[] => {
    if (!/lancedb[/\\]dist[/\\]table\.js$/u.test(file)) return [];
    const LocalTable = objectOf(loaded?.exports)["LocalTable"];
    return typeof LocalTable === "function" && LocalTable.prototype instanceof Table ? [LocalTable.prototype] : [];
  });
}

/** Shows what methods give, once it is there. */
function afterEach(
  holder: unknown,
  names: readonly string[],
  see: (given: object) => void,
): readonly ((() => void) | undefined)[] {
  return names.map((name) =>
    wrapMethod(
      holder,
      name,
      (original) =>
        function (...parameters) {
          const given = Reflect.apply(original, this, parameters);
          if (!(given instanceof Promise)) return given;
          return given.then((result: unknown) => {
            if (isObject(result)) guard("finding a class", () => see(result));
            return result;
          });
        },
    ),
  );
}
