import { context as contextApi } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
import { observeIterator } from "../core/observe-stream.ts";
import { integerOf, isObject, type JsonObject, numberOf, objectOf } from "../core/read.ts";
import type { Telemetry } from "../core/telemetry.ts";
import { wrapMethod } from "../core/wrap-method.ts";
import {
  contentOf,
  endSearch,
  type Found,
  type Hit,
  openSearch,
  type SearchStart,
  watchSearch,
} from "../retrieval/watch-search.ts";
import type { Builders } from "./builders.ts";

/** What LanceDB finds for a vector if nobody says how many. */
const defaultTopK = 10;

/** Watches the two ways in which a query is carried out, on a prototype of builders: all at once, and batch by batch. */
export function watchExecutions(
  prototype: unknown,
  builders: Builders,
  telemetry: Telemetry,
): readonly ((() => void) | undefined)[] {
  const startOf = (builder: unknown): SearchStart | undefined => {
    const building = builders.of(builder);
    if (building?.isSearch !== true) return undefined;
    const { table, limit, query } = building;
    return { system: "lancedb", dataSource: table, topK: limit ?? defaultTopK, query };
  };
  const readWhole = wrapMethod(
    prototype,
    "toArrow",
    (original) =>
      function (...parameters) {
        const run = (): unknown => Reflect.apply(original, this, parameters);
        return watchSearch(
          telemetry,
          () => startOf(this),
          run,
          (result) => foundInBatches([result]),
        );
      },
  );
  const readByBatches = [Symbol.asyncIterator, "execute"].map((name) =>
    wrapMethod(
      prototype,
      name,
      (original) =>
        function (...parameters) {
          const run = (): unknown => Reflect.apply(original, this, parameters);
          return watchBatches(telemetry, () => startOf(this), run);
        },
    ),
  );
  return [readWhole, ...readByBatches];
}

function watchBatches(telemetry: Telemetry, start: () => SearchStart | undefined, run: () => unknown): unknown {
  const operation = openSearch(telemetry, start);
  if (operation === undefined) return run();
  const iterator = contextApi.with(operation.context, run);
  const batches: unknown[] = [];
  const end = (): void => endSearch(operation, foundInBatches(batches));
  guard("watching batches", () => {
    if (typeof iterator !== "object" || iterator === null) {
      operation.end();
      return;
    }
    observeIterator(
      iterator,
      { item: (batch) => batches.push(batch), done: end, left: end, failed: (error) => operation.fail(error) },
      (step) => contextApi.with(operation.context, step),
    );
  });
  return iterator;
}

/** Tables and batches of Arrow alike count their rows and give each. */
function foundInBatches(batches: readonly unknown[]): Found {
  const known = batches.filter(isObject);
  return {
    count: known.reduce((sum, { numRows }) => sum + (integerOf(numRows) ?? 0), 0),
    hits: () =>
      known.flatMap((batch) => Array.from({ length: integerOf(batch["numRows"]) ?? 0 }, (_, i) => hitAt(batch, i))),
  };
}

function hitAt(batch: JsonObject, index: number): Hit {
  const { get } = batch;
  const row = objectOf(typeof get === "function" ? Reflect.apply(get, batch, [index]) : undefined);
  const { toJSON } = row;
  const { id, _distance, _score, _relevance_score, ...fields } = objectOf(
    typeof toJSON === "function" ? Reflect.apply(toJSON, row, []) : undefined,
  );
  return {
    id: typeof id === "string" || typeof id === "number" ? id : typeof id === "bigint" ? String(id) : undefined,
    score: numberOf(_relevance_score) ?? numberOf(_distance) ?? numberOf(_score),
    content: contentOf(scalarsOf(fields)),
  };
}

/** Vectors say nothing to anybody. */
function scalarsOf(fields: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => /^(?:string|number|boolean)$/u.test(typeof value)),
  );
}
