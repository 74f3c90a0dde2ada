import { isObject } from "../core/read.ts";

/** A query that orders by distance, as far as its text says. */
export interface VectorQuery {
  readonly table: string | undefined;
  readonly limit: number | undefined;
}

/** Operators of pgvector: L2, inner product, cosine, L1, Hamming, Jaccard. */
const operator = /<(?:->|#>|=>|\+>|~>|%>)/u;
const tablePattern = /\bfrom\s+((?:"[^"]{1,100}"|\w{1,100})(?:\.(?:"[^"]{1,100}"|\w{1,100}))?)/iu;
const limitPattern = /\blimit\s+(?:\$(\d{1,5})|(\d{1,9}))/iu;
/** A text longer than this is read to here: what is asked for stands in front of what is inserted. */
const maxText = 20_000;

/** What a query of `pg` (a text, or an object with one) searches, or `undefined` if it has no operator of pgvector. */
export function readVectorQuery(config: unknown, values: unknown): VectorQuery | undefined {
  const whole = typeof config === "string" ? config : isObject(config) ? config["text"] : undefined;
  if (typeof whole !== "string") return undefined;
  const text = whole.slice(0, maxText);
  if (!operator.test(text)) return undefined;
  const [, parameter, literal] = limitPattern.exec(text) ?? [];
  const given: unknown = isObject(config) ? config["values"] : values;
  const bound: unknown =
    parameter !== undefined && Array.isArray(given) ? (given as unknown[])[Number(parameter) - 1] : undefined;
  const limit = Number(literal ?? bound);
  return {
    table: tablePattern.exec(text)?.[1]?.replaceAll('"', ""),
    limit: Number.isInteger(limit) ? limit : undefined,
  };
}
