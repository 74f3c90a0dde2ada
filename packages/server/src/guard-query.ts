import type { ClickHouseClient } from "@clickhouse/client";
import { ApiFailure } from "./api-failure.ts";

/** What a statement may be; names of the engine's syntax tree. */
const allowedStatements = new Set([
  "SelectWithUnionQuery",
  "SelectIntersectExceptQuery",
  "Explain",
  "DescribeQuery",
  "ShowTables",
  "ShowColumns",
  "ShowFunctions",
  "ShowCreateTableQuery",
  "ShowCreateViewQuery",
  "ExistsTableQuery",
  "ExistsViewQuery",
]);

/** Table functions that reach nothing outside the store. All others could read files, other machines, or run programs. */
const harmlessTableFunctions = new Set(
  [
    "numbers",
    "numbers_mt",
    "zeros",
    "zeros_mt",
    "values",
    "view",
    "generate_series",
    "generateSeries",
    "generateRandom",
    "null",
    "format",
  ].map((name) => name.toLowerCase()),
);
const harmfulFunctions = ["file", "catboostevaluate"];
const harmfulPrefixes = ["dictget", "joinget"];
const allowedDatabases = /^(genscope|system|information_schema)\./i;

/** What somebody's SQL, as the engine's syntax tree (`EXPLAIN AST`), would do that it must not; undefined if nothing. */
export function objectionTo(tree: readonly string[], tableFunctions: ReadonlySet<string>): string | undefined {
  const [root = ""] = tree;
  const statement = root.trim().split(" ")[0] ?? "";
  if (!allowedStatements.has(statement))
    return "only questions are answered here: SELECT, SHOW, DESCRIBE, EXPLAIN, EXISTS";
  for (const line of tree) {
    const node = line.trimStart();
    const depth = line.length - node.length;
    // the name of a file to write stands beside the list of SELECTs
    if (depth === 1 && node.startsWith("Literal "))
      return "INTO OUTFILE is not possible here; the answer can be had as JSON or CSV";
    if (node.startsWith("Function ")) {
      const name = node
        .slice("Function ".length)
        .replace(/ \((children \d+|alias .*)\).*$/, "")
        .toLowerCase();
      const isHarmful =
        harmfulFunctions.includes(name) ||
        harmfulPrefixes.some((prefix) => name.startsWith(prefix)) ||
        (tableFunctions.has(name) && !harmlessTableFunctions.has(name));
      if (isHarmful) return `the function ${name} reaches outside the store`;
    }
    if (node.startsWith("TableIdentifier ")) {
      const table = node.slice("TableIdentifier ".length);
      if (table.includes("/") || (table.includes(".") && !allowedDatabases.test(table)))
        return `the table ${table} is not one of the store's`;
    }
    if (/^(InsertQuery|CreateQuery|DropQuery|AlterQuery|SystemQuery|KillQueryQuery)\b/.test(node))
      return "nothing can be changed here";
  }
  return undefined;
}

/**
 * Refuses SQL that would reach outside the store. Read-only sessions keep tables from being changed, but an embedded engine has no users to grant rights to: it would read
 * any file, write `INTO OUTFILE`, and open connections.
 */
export function createQueryGuard(client: ClickHouseClient): (sql: string) => Promise<void> {
  let known: Promise<Set<string>> | undefined;

  async function lines(query: string): Promise<string[]> {
    const answer = await client.query({ query, format: "TabSeparatedRaw", clickhouse_settings: { readonly: "1" } });
    return (await answer.text()).split("\n").filter((line) => line !== "");
  }

  return async (sql) => {
    known ??= lines("SELECT lower(name) FROM system.table_functions").then((names) => new Set(names));
    known.catch(() => (known = undefined));
    const objection = objectionTo(await lines(`EXPLAIN AST ${sql}`), await known);
    if (objection !== undefined) throw new ApiFailure(403, "query-refused", objection);
  };
}
