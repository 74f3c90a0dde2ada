import type { ClickHouseClient } from "@clickhouse/client";

export interface Migration {
  /** `NNNN-what.sql`; the number orders them and is never used again. */
  readonly name: string;
  readonly sql: string;
}

/** The store cannot be used by this version, now or later. */
export class SchemaError extends Error {
  override readonly name: string = "SchemaError";
}

/** Statements of a migration file: they end with a semicolon at the end of a line. */
export function splitStatements(sql: string): string[] {
  return sql
    .split(/;[ \t]*(?:\n|$)/)
    .map((statement) => statement.trim())
    .filter((statement) => statement.replaceAll(/^\s*--.*$/gm, "").trim() !== "");
}

/**
 * Brings the schema up to date. A migration is recorded after its last statement; one that was interrupted is run again from its first, so its statements say
 * `IF NOT EXISTS` or the like. Throws a {@link SchemaError} if the store was written by a newer version.
 */
export async function migrate(client: ClickHouseClient, migrations: readonly Migration[]): Promise<void> {
  await client.command({
    query:
      "CREATE TABLE IF NOT EXISTS schema_migrations (name String, applied_at DateTime DEFAULT now()) ENGINE = MergeTree ORDER BY name",
  });
  const answer = await client.query({ query: "SELECT DISTINCT name FROM schema_migrations", format: "JSONEachRow" });
  const applied = new Set((await answer.json<{ name: string }>()).map(({ name }) => name));
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = [...applied].filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new SchemaError(
      `the store was written by a newer Genscope (it has the migration ${unknown[0]}): upgrade, or choose another data directory`,
    );
  }
  for (const { name, sql } of migrations) {
    if (applied.has(name)) continue;
    for (const statement of splitStatements(sql)) await client.command({ query: statement });
    await client.insert({ table: "schema_migrations", values: [{ name }], columns: ["name"], format: "JSONEachRow" });
  }
}
