import { timingSafeEqual } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip, gzipSync } from "node:zlib";
import type { QueryResult, SessionPool } from "./session-pool.ts";

export interface HttpInterfaceOptions {
  readonly user: string;
  readonly password: string;
  /** For statements and inserts. */
  readonly writer: SessionPool;
  /** For everything that only reads; its sessions enforce it. */
  readonly reader: SessionPool;
  /** Where bodies of binary inserts are put down for the engine to read. */
  readonly spoolDir: string;
}

const paramPrefix = "param_";
const maxQueryBytes = 64 * 1024 * 1024;
const gzipFromBytes = 1400;

/** Names a setting or parameter may have: they are spliced into SQL, so nothing else is let through. */
const settingName = /^[a-z][a-z0-9_]*$/;

/** What of a URL is not a setting (clickhouse.com/docs/interfaces/http). */
const reserved = new Set([
  "query",
  "database",
  "default_format",
  "query_id",
  "session_id",
  "session_timeout",
  "user",
  "password",
  "compress",
  "decompress",
  "enable_http_compression",
  "send_progress_in_http_headers",
  "http_headers_progress_interval_ms",
  "role",
  // of a server's HTTP handler, unknown to an engine without one
  "wait_end_of_query",
  "buffer_size",
]);

const rawInsert = /^\s*INSERT\s+INTO\s+(?:TABLE\s+)?([\w.`]+)\s*(\([^)]*\))?\s+FORMAT\s+(\w+)\s*$/i;

async function readText(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > maxQueryBytes)
      throw new Error("Code: 62. DB::Exception: the query is longer than 64 MiB. (SYNTAX_ERROR)");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function settings(url: URL): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    if (reserved.has(name) || name.startsWith(paramPrefix)) continue;
    if (!settingName.test(name))
      throw new Error(`Code: 115. DB::Exception: Unknown setting '${name}'. (UNKNOWN_SETTING)`);
    found.set(name, value);
  }
  return found;
}

function params(url: URL): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    if (!name.startsWith(paramPrefix)) continue;
    const bare = name.slice(paramPrefix.length);
    if (!/^\w+$/.test(bare)) throw new Error(`Code: 36. DB::Exception: bad parameter name '${bare}'. (BAD_ARGUMENTS)`);
    found.set(bare, value);
  }
  return found;
}

function summary(result: QueryResult): string {
  return JSON.stringify({
    read_rows: String(result.rowsRead),
    read_bytes: String(result.bytesRead),
    elapsed_ns: String(Math.round(result.elapsedSeconds * 1e9)),
  });
}

/** The code out of `Code: 60. DB::Exception: …`; 1002 is ClickHouse's own for the unknown. */
function exceptionCode(message: string): string {
  return /Code: (\d+)\./.exec(message)?.[1] ?? "1002";
}

/**
 * Answers ClickHouse's HTTP interface as far as `@clickhouse/client` uses it: queries and statements with parameters, settings and formats, inserts of any
 * format, `/ping`. Requests with `readonly` set run in sessions that cannot write.
 */
export function createHttpInterface(
  options: HttpInterfaceOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const expected = Buffer.from(`Basic ${Buffer.from(`${options.user}:${options.password}`).toString("base64")}`);
  let spooled = 0;

  function isKnown(request: IncomingMessage): boolean {
    const given = Buffer.from(request.headers.authorization ?? "");
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  /** chDB takes no request body: the rows go through a file, which the engine reads in parallel. */
  async function insertBody(match: RegExpExecArray, body: NodeJS.ReadableStream, url: URL): Promise<QueryResult> {
    const [, table = "", columns = "", format = ""] = match;
    const file = join(options.spoolDir, `insert-${spooled++}.bin`);
    try {
      await pipeline(body, createWriteStream(file));
      return await options.writer.run(`INSERT INTO ${table} ${columns} FROM INFILE '${file}' FORMAT ${format}`, {
        format: "Null",
        params: new Map(),
        settings: settings(url),
      });
    } finally {
      await rm(file, { force: true });
    }
  }

  async function run(request: IncomingMessage): Promise<{ result: QueryResult; format: string }> {
    const url = new URL(request.url ?? "/", "http://engine");
    const body = request.headers["content-encoding"] === "gzip" ? request.pipe(createGunzip()) : request;
    const inUrl = url.searchParams.get("query") ?? "";
    const insert = rawInsert.exec(inUrl);
    if (insert !== null) return { result: await insertBody(insert, body, url), format: "Null" };
    const rest = await readText(body as AsyncIterable<Buffer>);
    const sql = inUrl === "" ? rest : `${inUrl}\n${rest}`;
    const format = url.searchParams.get("default_format") ?? "TabSeparated";
    const isReadOnly = ["1", "2"].includes(url.searchParams.get("readonly") ?? "");
    url.searchParams.delete("readonly");
    const pool = isReadOnly ? options.reader : options.writer;
    return { result: await pool.run(sql, { format, params: params(url), settings: settings(url) }), format };
  }

  return async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === "/ping") {
      response.end("Ok.\n");
      return;
    }
    if (!isKnown(request)) {
      response.writeHead(403, { "x-clickhouse-exception-code": "516" });
      response.end("Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)");
      return;
    }
    try {
      const { result, format } = await run(request);
      const headers: Record<string, string> = {
        "x-clickhouse-format": format,
        "x-clickhouse-summary": summary(result),
      };
      const gzip = result.bytes.length >= gzipFromBytes && (request.headers["accept-encoding"] ?? "").includes("gzip");
      if (gzip) headers["content-encoding"] = "gzip";
      response.writeHead(200, headers);
      response.end(gzip ? gzipSync(result.bytes, { level: 1 }) : result.bytes);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      // what is left of a body that nobody read would be taken for the connection's next request
      if (!request.complete) response.setHeader("connection", "close");
      response.writeHead(500, { "x-clickhouse-exception-code": exceptionCode(message) });
      response.end(message);
    }
  };
}
