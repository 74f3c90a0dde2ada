import { arrayOf, isObject, type JsonObject, numberOf, objectOf } from "../core/read.ts";
import { contentOf, type Found, type Hit } from "../retrieval/watch-search.ts";

/** A search by nearness of Redis, as far as its words say. */
export interface KnnQuery {
  readonly index: string;
  readonly topK: number | undefined;
  /** The field that has an item's distance in what is answered. */
  readonly scoreField: string | undefined;
  /** What stands for each item in a list of the older protocol: its id, and whether fields come last, after this many others. */
  readonly item: { readonly size: number; readonly hasFields: boolean };
}

/** `…=>[KNN 3 @vector $blob AS distance]`, where the number may be a parameter. */
const knn = /\[\s*KNN\s+(?:(\d{1,9})|\$(\w{1,100}))\s+@([^\s\]]{1,200})/iu;
const range = /@(\w{1,200}):\s*\[\s*VECTOR_RANGE\s/iu;
const alias = /\bAS\s+(\w{1,200})/u;
const yielded = /\$YIELD_DISTANCE_AS:\s*(\w{1,200})/iu;
/** A query longer than this is read to here. */
const maxText = 20_000;

/** Whether a command's name is that of searches. */
export function isSearch(name: unknown): boolean {
  return /^FT\.SEARCH$/iu.test(textOf(name) ?? "");
}

/** What the words of a command (`FT.SEARCH index query …`) search by nearness, or `undefined` if they are another command or another search. */
export function readKnnQuery(words: readonly unknown[]): KnnQuery | undefined {
  if (!isSearch(words[0])) return undefined;
  const [index, whole] = [textOf(words[1]), textOf(words[2])];
  if (index === undefined || whole === undefined) return undefined;
  const text = whole.slice(0, maxText);
  const [, count, parameter, field] = knn.exec(text) ?? [];
  if (field === undefined && !range.test(text)) return undefined;
  const parameters = parametersIn(words);
  const limit = Number(count ?? (parameter === undefined ? undefined : parameters[parameter]));
  return {
    index,
    topK: Number.isInteger(limit) ? limit : undefined,
    scoreField:
      alias.exec(text)?.[1] ?? yielded.exec(text)?.[1] ?? (field === undefined ? undefined : `__${field}_score`),
    item: itemOf(words),
  };
}

function itemOf(words: readonly unknown[]): KnnQuery["item"] {
  const options = words.slice(3).map((word) => textOf(word)?.toUpperCase());
  const before = options.includes("PARAMS") ? options.slice(0, options.indexOf("PARAMS")) : options;
  const hasFields = !before.includes("NOCONTENT") && before[before.indexOf("RETURN") + 1] !== "0";
  const more = ["WITHSCORES", "WITHPAYLOADS", "WITHSORTKEYS"].filter((option) => before.includes(option)).length;
  return { size: 1 + more + (hasFields ? 1 : 0), hasFields };
}

/** Words are strings, numbers or bytes. */
function textOf(word: unknown): string | undefined {
  if (typeof word === "string") return word;
  return Buffer.isBuffer(word) ? word.toString() : undefined;
}

/** `PARAMS 4 K 3 blob …`. */
function parametersIn(words: readonly unknown[]): JsonObject {
  const at = words.findIndex((word, i) => i > 2 && typeof word === "string" && /^PARAMS$/iu.test(word));
  return at === -1 ? {} : entriesOf(words.slice(at + 2, at + 2 + Number(words[at + 1])));
}

/** What was found: a list by the older protocol, a map by the newer, or what a client makes of either. */
export function readReply(reply: unknown, { scoreField, item }: KnnQuery): Found {
  const isList = Array.isArray(reply) && typeof reply[0] === "number";
  const documents = isList ? documentsInList(reply, item) : documentsInMap(reply);
  return { count: documents.length, hits: () => documents.map((document) => readDocument(document, scoreField)) };
}

interface Document {
  readonly id: unknown;
  readonly fields: unknown;
}

/** `total, id, [field, value, …], id, …`. */
function documentsInList(list: readonly unknown[], { size, hasFields }: KnnQuery["item"]): readonly Document[] {
  return Array.from({ length: Math.floor((list.length - 1) / size) }, (_, i) => {
    const at = 1 + i * size;
    return { id: list[at], fields: hasFields ? list[at + size - 1] : undefined };
  });
}

function documentsInMap(reply: unknown): readonly Document[] {
  const { results, documents } = entriesOf(reply);
  return arrayOf(results ?? documents).map((item) => {
    const about = entriesOf(item);
    return { id: about["id"], fields: about["extra_attributes"] ?? about["value"] ?? about["values"] };
  });
}

/** A map, an object, or a list of keys and values in turn. */
function entriesOf(value: unknown): JsonObject {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, one]) => [String(key), one]));
  if (!Array.isArray(value)) return objectOf(value);
  const list = value as readonly unknown[];
  return Object.fromEntries(list.flatMap((key, i) => (i % 2 === 0 ? [[textOf(key) ?? "", list[i + 1]]] : [])));
}

function readDocument({ id, fields }: Document, scoreField: string | undefined): Hit {
  const { [scoreField ?? ""]: score, ...rest } = entriesOf(fields);
  return {
    id: textOf(id),
    score: score === undefined ? undefined : numberOf(Number(textOf(score) ?? score)),
    content: contentOf(textsOf(rest)),
  };
}

/** Fields as text; the bytes of a vector are none. */
function textsOf(fields: JsonObject): JsonObject {
  const texts: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const text = textOf(value) ?? (isObject(value) ? undefined : value);
    if (typeof text === "number" || (typeof text === "string" && !text.includes("\u0000") && !text.includes("\uFFFD")))
      texts[name] = text;
  }
  return texts;
}
