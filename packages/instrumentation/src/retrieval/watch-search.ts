import { type Attributes, context as contextApi, SpanKind } from "@opentelemetry/api";
import { addressOf } from "../core/address-of.ts";
import { guard } from "../core/guard.ts";
import { replaceMethod } from "../core/observe-stream.ts";
import { Operation } from "../core/operation.ts";
import { arrayOf, isObject, type JsonObject, numberOf, stringOf } from "../core/read.ts";
import { isRecordedElsewhere } from "../core/run-context.ts";
import type { Telemetry } from "../core/telemetry.ts";

/** A search of a vector store, as far as it is known before it is made. */
export interface SearchStart {
  /** `db.system.name`. */
  readonly system: string;
  /** The index, collection or table. */
  readonly dataSource: string | undefined;
  readonly topK?: number | undefined;
  readonly server?: SearchServer | undefined;
  /** What is searched for, where that is text. A vector says nothing to anybody. */
  readonly query?: string | undefined;
  /** The model that turns the text into a vector, where the store does that. */
  readonly model?: string | undefined;
}

/** Where a store is. */
export interface SearchServer {
  readonly address: string;
  readonly port?: number | undefined;
}

/** One thing found. */
export interface Hit {
  readonly id?: string | number | undefined;
  readonly score?: number | undefined;
  readonly content?: unknown;
}

/** What a search gave. */
export interface Found {
  readonly count: number;
  /** Called only if content is captured. */
  hits(): readonly Hit[];
  /** Why there is nothing, where the library gives that back as a result. */
  readonly failure?: { readonly type: string; readonly message: string } | undefined;
}

/** Reads what a search gave; `undefined` if it was none after all. */
export type ReadFound = (result: unknown) => Found | undefined;

/** Host and port of a base URL, or of `host:port`. */
export function serverOf(place: unknown): SearchServer | undefined {
  if (typeof place !== "string") return undefined;
  return addressOf(place.includes("://") ? place : `tcp://${place}`);
}

export function startSearch(telemetry: Telemetry, start: SearchStart): Operation {
  const { system, dataSource, topK, query, server, model } = start;
  const attributes: Attributes = {
    "gen_ai.operation.name": "retrieval",
    "db.system.name": system,
    "gen_ai.data_source.id": dataSource,
    "db.collection.name": dataSource,
    "gen_ai.request.model": model,
    "gen_ai.retrieval.top_k": topK,
    "server.address": server?.address,
    "server.port": server?.port,
  };
  return new Operation(telemetry, {
    name: dataSource === undefined ? "retrieval" : `retrieval ${dataSource}`,
    kind: SpanKind.CLIENT,
    attributes,
    parent: contextApi.active(),
    content: () => ({ "gen_ai.retrieval.query.text": query }),
  });
}

export function endSearch(operation: Operation, found: Found | undefined): void {
  if (found?.failure !== undefined) {
    operation.endAsFailure(found.failure.type, found.failure.message);
    return;
  }
  if (found === undefined) {
    operation.end();
    return;
  }
  operation.end({ "genscope.retrieval.count": found.count }, () => ({
    "gen_ai.retrieval.documents": found.hits().map(({ id, score, content }) => ({
      ...(id === undefined ? {} : { id: String(id) }),
      ...(score === undefined ? {} : { score }),
      ...(content === undefined || content === null ? {} : { content }),
    })),
  }));
}

/** Starts the span of a search that is about to be made; `undefined` if another layer has it, or it is no search. */
export function openSearch(telemetry: Telemetry, start: () => SearchStart | undefined): Operation | undefined {
  if (isRecordedElsewhere(contextApi.active())) return undefined;
  return guard("starting a search", () => {
    const about = start();
    return about === undefined ? undefined : startSearch(telemetry, about);
  });
}

/** Makes a search that answers with a promise, and watches what comes of it. */
export function watchSearch(
  telemetry: Telemetry,
  start: () => SearchStart | undefined,
  run: () => unknown,
  read: ReadFound,
): unknown {
  const operation = openSearch(telemetry, start);
  if (operation === undefined) return run();
  let answer: unknown;
  try {
    answer = contextApi.with(operation.context, run);
  } catch (error) {
    operation.fail(error);
    throw error;
  }
  if (!isThenable(answer)) {
    operation.end();
    return answer;
  }
  // a promise of its own, so that a rejection nobody handles stays one
  const watched = answer.then(
    (result: unknown) => {
      endSearch(
        operation,
        guard("reading what was found", () => read(result)),
      );
      return result;
    },
    (error: unknown) => {
      operation.fail(error);
      throw error;
    },
  );
  return answer instanceof Promise ? watched : withPromise(answer, watched);
}

function isThenable(value: unknown): value is Promise<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/** An object that is more than a promise (it can be aborted, say) stays what it is, and waits for the other. */
function withPromise(object: object, promise: Promise<unknown>): object {
  for (const name of ["then", "catch", "finally"] as const)
    replaceMethod(
      object,
      name,
      () =>
        (...parameters) =>
          Reflect.apply(promise[name], promise, parameters),
    );
  return object;
}

type Callback = (this: unknown, error: unknown, result: unknown, ...more: unknown[]) => unknown;

/** Makes a search that hands its answer to the callback among its parameters, or answers with a promise where there is none. */
export function watchSearchWithCallback(
  telemetry: Telemetry,
  start: () => SearchStart | undefined,
  parameters: readonly unknown[],
  run: (parameters: readonly unknown[]) => unknown,
  read: ReadFound,
): unknown {
  const at = parameters.findIndex((one) => typeof one === "function");
  if (at === -1) return watchSearch(telemetry, start, () => run(parameters), read);
  const operation = openSearch(telemetry, start);
  if (operation === undefined) return run(parameters);
  const callback = parameters[at] as Callback;
  const told: Callback = function (error, result, ...more) {
    if (error === null || error === undefined)
      endSearch(
        operation,
        guard("reading what was found", () => read(result)),
      );
    else operation.fail(error);
    return Reflect.apply(callback, this, [error, result, ...more]);
  };
  try {
    return run(parameters.with(at, told));
  } catch (error) {
    operation.fail(error);
    throw error;
  }
}

const contentKeys = ["content", "text", "page_content", "pageContent", "chunk_text", "document"] as const;

/** The text of a document, where its fields have one of the usual names; all of them where none has. */
export function contentOf(fields: unknown): unknown {
  if (!isObject(fields)) return stringOf(fields);
  for (const key of contentKeys) if (typeof fields[key] === "string") return fields[key];
  return Object.keys(fields).length === 0 ? undefined : fields;
}

/** Names of what is read of each thing found. */
export interface HitNames {
  readonly id: string;
  readonly score: string;
  readonly fields: string;
}

/** What was found, where the library gives a list of objects. */
export function foundIn(list: unknown, names: HitNames): Found {
  return foundOf(list, (item) => {
    const id = item[names.id];
    return {
      id: typeof id === "string" || typeof id === "number" ? id : undefined,
      score: numberOf(item[names.score]),
      content: contentOf(item[names.fields]),
    };
  });
}

/** As {@link foundIn}, with a reader for each object of the list. */
export function foundOf(list: unknown, read: (item: JsonObject) => Hit): Found {
  const items = arrayOf(list).filter(isObject);
  return { count: items.length, hits: () => items.map(read) };
}
