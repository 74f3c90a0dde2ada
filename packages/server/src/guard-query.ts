import type { ClickHouseClient } from "@clickhouse/client";
import { ApiFailure } from "./api-failure.ts";

/** What the engine knows that a query could name. */
export interface QueryNames {
  /** Lower case. */
  readonly tableFunctions: ReadonlySet<string>;
  /** All but the store's own, `system` and the information schema. */
  readonly foreignDatabases: ReadonlySet<string>;
}

/** How a statement that only asks begins, in the words of ClickHouse's formatter. */
const questions =
  /^\(*(SELECT|WITH|DESCRIBE TABLE|EXISTS (TABLE|VIEW)|SHOW (TABLES|DATABASES|FUNCTIONS|COLUMNS|INDEXES|CREATE (TABLE|VIEW))|EXPLAIN (AST |SYNTAX |QUERY TREE |PLAN |PIPELINE |ESTIMATE )?(\w+ = \d+,? )*\(*(SELECT|WITH))\b/;

/** Table functions that reach nothing outside the store. All others could read files, other machines, or run programs. */
const harmlessTableFunctions = new Set(
  "numbers numbers_mt zeros zeros_mt primes values sqlstandardvalues view generate_series generateseries generaterandom null format".split(
    " ",
  ),
);

/** Functions that read files, other tables by name, or ask services; refused as bare names too, which higher-order functions call. */
const harmfulFunction =
  /^(file|filesystem\w+|catboostevaluate|dictget\w*|dicthas|dictisin|joinget\w*|ai(classify|embed|extract|generate|translate)\w*|naivebayesclassifier\w*|region(to|in|hierarchy)\w*|showcertificate|getclienthttpheader|getmacro|addressto\w+)$/;

/** What of `system` describes the store and its language. The rest tells of the machine, of other queries, of settings and users. */
const systemTables = new Set(
  "one numbers numbers_mt zeros zeros_mt tables columns databases parts parts_columns data_skipping_indices functions aggregate_function_combinators data_type_families formats time_zones collations keywords".split(
    " ",
  ),
);

interface Token {
  readonly kind: "word" | "quoted" | "string" | "sign";
  readonly text: string;
}

/** Tokens of a formatted query, which has neither comments nor heredocs. */
function tokensOf(query: string): Token[] {
  const pattern =
    /'(?:[^'\\]|\\.|'')*'|`((?:[^`\\]|\\.|``)*)`|"((?:[^"\\]|\\.|"")*)"|([\p{L}_$][\p{L}\p{N}_$]*)|[^\s]/gsu;
  return Array.from(query.matchAll(pattern), ([text, backticked, doubled, word]): Token => {
    if (word !== undefined) return { kind: "word", text: word };
    const quoted = backticked ?? doubled;
    if (quoted !== undefined) return { kind: "quoted", text: quoted };
    return { kind: text.startsWith("'") ? "string" : "sign", text };
  });
}

const isName = (token: Token | undefined): boolean => token?.kind === "word" || token?.kind === "quoted";
const is = (token: Token | undefined, text: string): boolean => token?.kind !== "string" && token?.text === text;

/**
 * What a query, as ClickHouse's formatter writes it, would do that it must not; undefined if nothing. It errs on the side of refusing: a column named like a function
 * that reads files has to be given another name.
 */
export function objectionTo(query: string, names: QueryNames): string | undefined {
  if (!questions.test(query)) return "only questions are answered here: SELECT, SHOW TABLES, DESCRIBE, EXPLAIN, EXISTS";
  const tokens = tokensOf(query);
  for (const [i, token] of tokens.entries()) {
    const [previous, next] = [tokens[i - 1], tokens[i + 1]];
    if (is(token, "{")) return "a query here has no parameters: write the values into it";
    if (!isName(token)) continue;
    if (is(token, "INTO") && is(next, "OUTFILE"))
      return "INTO OUTFILE is not possible here; the answer can be had as JSON or CSV";
    if (is(token, "PARALLEL") && is(next, "WITH")) return "one statement at a time";
    if (is(token, "SETTINGS") && isName(next))
      return "settings cannot be changed here: leave SETTINGS out of the query";

    const name = token.text.toLowerCase();
    const isCalled = is(next, "(");
    if (harmfulFunction.test(name) && !is(previous, "."))
      return `the function ${name} reaches outside the store${isCalled ? "" : "; if it is meant as a name, choose another"}`;
    if (isCalled && names.tableFunctions.has(name) && !harmlessTableFunctions.has(name))
      return `the table function ${name} reaches outside the store`;

    // a name may also be quoted as a whole: `default.passwd`
    const [database = "", ...rest] = token.kind === "quoted" ? token.text.split(".") : [token.text];
    const table = rest[0] ?? (is(next, ".") ? tokens[i + 2]?.text : undefined);
    const isDatabase = table !== undefined || is(previous, "FROM");
    if (isDatabase && names.foreignDatabases.has(database)) return `the database ${database} is not the store's`;
    if (table !== undefined && database === "system" && !is(previous, ".") && !systemTables.has(table))
      return `system.${table} is not about what is stored; system.tables, system.columns, system.parts and system.functions can be asked`;
  }
  return undefined;
}

/**
 * Turns somebody's SQL into the query to run in its place: parsed by the engine without being run, written out again, and inspected. Only what the parser understood
 * ever runs, one statement of it. Read-only sessions keep tables from being changed, but an embedded engine has no users to grant rights to: it would read any file,
 * write `INTO OUTFILE`, and open connections.
 */
export async function guardQuery(client: ClickHouseClient, sql: string): Promise<string> {
  // as hex, so that nothing of it can be anything but a string; a parameter would have to fit into the URL
  const hex = Buffer.from(sql).toString("hex");
  const answer = await client.query({
    query: `SELECT formatQuerySingleLine(unhex('${hex}')) AS query,
      (SELECT groupArray(lower(name)) FROM system.table_functions) AS table_functions,
      (SELECT groupArray(name) FROM system.databases WHERE name NOT IN (currentDatabase(), 'system') AND lower(name) != 'information_schema') AS databases`,
    format: "JSONEachRow",
    clickhouse_settings: { readonly: "1" },
  });
  const [row] = await answer.json<{ query: string; table_functions: string[]; databases: string[] }>();
  const { query, table_functions: tableFunctions, databases } = row!;
  const objection = objectionTo(query, {
    tableFunctions: new Set(tableFunctions),
    foreignDatabases: new Set(databases),
  });
  if (objection !== undefined) throw new ApiFailure(403, "query-refused", objection);
  return query;
}
