import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";
import { listen } from "./listen.ts";
import { whoListens } from "./who-listens.ts";

test("a port is known by the process that listens on it", { skip: !existsSync("/proc/net/tcp") }, async () => {
  const server = createServer();
  const port = await listen(server, "127.0.0.1", 0);
  try {
    const found = await whoListens(port);
    assert.equal(found?.pid, process.pid);
    assert.match(found.command, /who-listens\.test\.ts/);
  } finally {
    server.close();
  }
  assert.equal(await whoListens(port), undefined);
});
