/**
 * The engine's own process: chDB on one directory, ClickHouse's HTTP interface on a free loopback port. Its parent forks it with an IPC channel, over which it says
 * `{ port, version }` when it is ready; `"stop"` makes it finish what it is doing and end. It ends by itself when the parent does.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { engineConfig } from "./engine-config.ts";
import { createHttpInterface } from "./http-interface.ts";
import { createSessionPool } from "./session-pool.ts";

const dir = process.argv[2]!;
const { GENSCOPE_ENGINE_USER: user = "", GENSCOPE_ENGINE_PASSWORD: password = "" } = process.env;

// nothing of the parent's life is left to serve; a kill is safe at any moment, so there is nothing to wait for
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
// a Ctrl-C at the terminal goes to the whole group: the parent decides when the engine stops
process.on("SIGINT", () => {});

const spoolDir = join(dir, "spool");
await rm(spoolDir, { recursive: true, force: true });
await mkdir(spoolDir, { recursive: true });

const common = [
  "SET max_memory_usage = 600000000",
  "SET max_threads = 2",
  // JSON numbers are doubles to most readers
  "SET output_format_json_quote_64bit_integers = 1",
];
const database = "CREATE DATABASE IF NOT EXISTS genscope";
const engineDir = join(dir, "engine");
const configFile = join(dir, "engine.xml");
await writeFile(configFile, engineConfig());
const connection = [`--config-file=${configFile}`];
const writer = await createSessionPool(
  engineDir,
  1,
  [database, "USE genscope", ...common, "SET async_insert = 0"],
  connection,
);
const reader = await createSessionPool(
  engineDir,
  3,
  [
    "USE genscope",
    ...common,
    // a question about everything goes by way of the disk rather than fail
    "SET max_bytes_before_external_group_by = 150000000, max_bytes_before_external_sort = 150000000",
    "SET readonly = 2",
  ],
  connection,
);

const handle = createHttpInterface({ user, password, writer, reader, spoolDir });
// the client sends parameters in the URL; a ClickHouse server takes this much (http_max_uri_size)
const server = createServer({ maxHeaderSize: 1024 * 1024 }, (request, response) => void handle(request, response));
server.keepAliveTimeout = 60_000;

process.on("message", (message) => {
  if (message !== "stop") return;
  server.close(() => {
    writer.close();
    reader.close();
    process.exit(0);
  });
  server.closeIdleConnections();
});

server.listen(0, "127.0.0.1", async () => {
  const version = await writer.run("SELECT version()", {
    format: "TabSeparatedRaw",
    params: new Map(),
    settings: new Map(),
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  process.send?.({ port, version: Buffer.from(version.bytes).toString("utf8").trim() });
});
