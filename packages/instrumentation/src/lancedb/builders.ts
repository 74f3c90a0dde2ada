import { guard } from "../core/guard.ts";
import { integerOf, isObject, type JsonObject, stringOf } from "../core/read.ts";
import { wrapMethod } from "../core/wrap-method.ts";

/** What a builder has been told so far. */
export interface Building {
  table?: string | undefined;
  limit?: number | undefined;
  query?: string | undefined;
  /** Whether it is to find what is near to something, or matches a text. */
  isSearch: boolean;
}

type Undo = (() => void) | undefined;

/** What is known of each builder of queries, which tell nobody what they were told. */
export class Builders {
  readonly #known = new WeakMap<object, Building>();

  of(builder: unknown): Building | undefined {
    return isObject(builder) ? this.#known.get(builder) : undefined;
  }

  /** Watches the steps that matter, on a prototype of builders. */
  watchSteps(prototype: unknown): readonly Undo[] {
    return [
      this.#after(prototype, "limit", (building, [limit]) => {
        building.limit = integerOf(limit);
      }),
      ...["fullTextSearch", "nearestToText"].map((name) =>
        this.#after(prototype, name, (building, [query]) => {
          building.isSearch = true;
          building.query ??= stringOf(query);
        }),
      ),
      this.#after(prototype, "nearestTo", (building) => {
        building.isSearch = true;
      }),
    ];
  }

  /** Watches the methods that begin a query, on the prototype of tables. */
  watchTables(prototype: unknown): readonly Undo[] {
    return [
      this.#after(prototype, "query", noteTable),
      ...["search", "vectorSearch"].map((name) =>
        this.#after(prototype, name, (building, parameters, table) => {
          noteTable(building, parameters, table);
          building.isSearch = true;
          building.query ??= stringOf(parameters[0]);
        }),
      ),
    ];
  }

  #after(
    prototype: unknown,
    name: string,
    note: (building: Building, parameters: readonly unknown[], holder: JsonObject) => void,
  ): Undo {
    const known = this.#known;
    return wrapMethod(
      prototype,
      name,
      (original) =>
        function (...parameters) {
          const builder = Reflect.apply(original, this, parameters);
          guard("watching a query being built", () => {
            if (!isObject(this) || !isObject(builder)) return;
            // a step may give another builder, which goes on from there
            const building = { isSearch: false, ...known.get(this), ...known.get(builder) };
            note(building, parameters, this);
            known.set(builder, building);
          });
          return builder;
        },
    );
  }
}

function noteTable(building: Building, _parameters: readonly unknown[], table: JsonObject): void {
  building.table = stringOf(table["name"]);
}
