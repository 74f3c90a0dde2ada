import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { promisify } from "node:util";
import { Signal } from "@genscope/otlp";
import { createOtlpHttpClient } from "@genscope/otlp/client";
import { aTraceRequest } from "@genscope/otlp/testing";
import { ServerProcess } from "./support/server-process.ts";

const main = join(import.meta.dirname, "../packages/genscope/src/main.ts");

async function genscope(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, ["--conditions=@genscope/source", main, ...args])).stdout;
}

it("genscope cost recompute goes through the Genscope that runs on the directory, and works without one", async () => {
  const dir = await mkdtemp(join(tmpdir(), "genscope-recompute-"));
  const data = join(dir, "data");
  async function recompute(input: number, ...more: readonly string[]): Promise<string> {
    const file = join(dir, `at-${input}.yaml`);
    await writeFile(file, `version: at ${input}\nprices: [{ model: house-*, input: ${input} }]\n`);
    return genscope("cost", "recompute", "--prices", file, ...more);
  }
  try {
    await using server = await ServerProcess.create({ data });
    await server.start();
    await using client = createOtlpHttpClient({ endpoint: server.http });
    const attributes = {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "in-house",
      "gen_ai.request.model": "house-1",
      "gen_ai.usage.input_tokens": 1_000_000,
    };
    await client.send(Signal.traces, aTraceRequest({ spans: [{ attributes }] }));
    await server.drained();
    const cost = async (): Promise<number | undefined> =>
      (await server.query<{ cost: number }>("SELECT sum(counted_cost_usd) AS cost FROM spans"))[0]?.cost;

    assert.match(await recompute(2, "--data", data), /1 calls priced anew by at 2 \+ /);
    assert.equal(await cost(), 2);
    assert.match(await recompute(3, "--url", server.url), /1 calls priced anew by at 3 \+ /);
    assert.equal(await cost(), 3);
    assert.match(await genscope("cost", "--url", server.url), /house-1 .* 1000000 .* 3 /);

    await server.kill();
    assert.match(await recompute(4, "--data", data), /1 calls priced anew by at 4 \+ /);
    await server.start();
    await server.drained();
    assert.equal(await cost(), 4);
    const broken = join(dir, "broken.yaml");
    await writeFile(broken, "prices: [{ model: x, input: cheap }]\n");
    await assert.rejects(genscope("cost", "recompute", "--data", data, "--prices", broken), /broken\.yaml: .*input/);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
