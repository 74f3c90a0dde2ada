import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { createOtlpHttpClient } from "@genscope/otlp/client";
import { encodeRequest } from "@genscope/otlp/testing";
import { plantedRequests } from "../packages/collector/src/testing/planted-requests.ts";
import { ServerProcess } from "./support/server-process.ts";

const host = "planted.example.org";

async function everyByteBelow(dir: string): Promise<Buffer> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  // the engine takes files away while it merges
  return Buffer.concat(await Promise.all(files.map((file) => readFile(file).catch(() => Buffer.alloc(0)))));
}

it("genscope up --mask keeps nothing of what it masks, in journal and store, and counts it", async () => {
  const directory = await mkdtemp(join(tmpdir(), "genscope-masked-"));
  const data = join(directory, "data");
  try {
    await using server = await ServerProcess.create({ data, flags: ["--mask"] });
    await server.start();
    await using client = createOtlpHttpClient({ endpoint: server.http });
    const planted = plantedRequests((index) => `no.${index}@${host}`);
    for (const { signal, request } of planted) await client.send(signal, encodeRequest(signal, request));
    await server.drained();
    const { masked } = await server.status();
    assert.deepEqual(masked, { email: planted.length });
    await server.kill();
    const bytes = await everyByteBelow(data);
    assert.ok(bytes.includes("[EMAIL]"));
    for (const trace of [host, "planted.example", Buffer.from(host, "utf16le")]) assert.ok(!bytes.includes(trace));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
