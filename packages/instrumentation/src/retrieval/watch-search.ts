import { type Attributes, context as contextApi, SpanKind } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";
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
  /** A base URL, for host and port. */
  readonly url?: string | undefined;
  /** What is searched for, where that is text. A vector says nothing to anybody. */
  readonly query?: string | undefined;
}

/** One thing found. */
export interface Hit {
  readonly id?: string | number | undefined;
  readonly score?: number | undefined;
  readonly content?: unknown;
}

/** What the search gave, or `undefined` if it was none after all. */
export type ReadHits = (result: unknown) => readonly Hit[] | undefined;

export function startSearch(telemetry: Telemetry, start: SearchStart): Operation {
  const { system, dataSource, topK, query, url } = start;
  const at = url !== undefined && URL.canParse(url) ? new URL(url) : undefined;
  const attributes: Attributes = {
    "gen_ai.operation.name": "retrieval",
    "db.system.name": system,
    ...(dataSource === undefined ? {} : { "gen_ai.data_source.id": dataSource, "db.collection.name": dataSource }),
    ...(topK === undefined ? {} : { "gen_ai.retrieval.top_k": topK }),
    ...(at === undefined ? {} : { "server.address": at.hostname, "server.port": portOf(at) }),
  };
  return new Operation(telemetry, {
    name: dataSource === undefined ? "retrieval" : `retrieval ${dataSource}`,
    kind: SpanKind.CLIENT,
    attributes,
    parent: contextApi.active(),
    content: () => ({ "gen_ai.retrieval.query.text": query }),
  });
}

function portOf({ port, protocol }: URL): number {
  return port === "" ? (protocol === "http:" ? 80 : 443) : Number(port);
}

export function endSearch(operation: Operation, hits: readonly Hit[] | undefined): void {
  if (hits === undefined) {
    operation.end();
    return;
  }
  operation.end({ "genscope.retrieval.count": hits.length }, () => ({
    "gen_ai.retrieval.documents": hits.map(({ id, score, content }) => ({
      ...(id === undefined ? {} : { id: String(id) }),
      ...(score === undefined ? {} : { score }),
      ...(content === undefined || content === null ? {} : { content }),
    })),
  }));
}

/** Makes a search that answers with a promise, and watches what comes of it. */
export function watchSearch(
  telemetry: Telemetry,
  start: () => SearchStart | undefined,
  run: () => unknown,
  read: ReadHits,
): unknown {
  if (isRecordedElsewhere(contextApi.active())) return run();
  const operation = guard("starting a search", () => {
    const about = start();
    return about === undefined ? undefined : startSearch(telemetry, about);
  });
  if (operation === undefined) return run();
  let answer: unknown;
  try {
    answer = contextApi.with(operation.context, run);
  } catch (error) {
    operation.fail(error);
    throw error;
  }
  if (!(answer instanceof Promise)) {
    operation.end();
    return answer;
  }
  // a promise of its own, so that a rejection nobody handles stays one
  return answer.then(
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
}

const contentKeys = ["content", "text", "page_content", "pageContent", "chunk_text", "document"] as const;

/** The text of a document, where its fields have one of the usual names; all of them where none has. */
export function contentOf(fields: unknown): unknown {
  if (!isObject(fields)) return stringOf(fields);
  for (const key of contentKeys) if (typeof fields[key] === "string") return fields[key];
  return Object.keys(fields).length === 0 ? undefined : fields;
}

export function hitOf(item: JsonObject, names: { id: string; score: string; fields: string }): Hit {
  const id = item[names.id];
  return {
    id: typeof id === "string" || typeof id === "number" ? id : undefined,
    score: numberOf(item[names.score]),
    content: contentOf(item[names.fields]),
  };
}

export function hitsOf(list: unknown, names: { id: string; score: string; fields: string }): readonly Hit[] {
  return arrayOf(list)
    .filter(isObject)
    .map((item) => hitOf(item, names));
}
