import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";
import { Signal } from "@genscope/otlp";
import { createOtlpHttpClient } from "@genscope/otlp/client";
import { createSpanGenerator } from "@genscope/otlp/testing";
import { eventually } from "./interop/genscope.ts";
import { ServerProcess } from "./support/server-process.ts";

const requests = 8;
const spansPerRequest = 50;

/** What exporters have committed, by file. */
async function positionsIn(dir: string): Promise<ReadonlyMap<string, Buffer>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter(({ name }) => name.endsWith(".position") && !name.startsWith("own."));
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).filter((path) => path.includes("pipelines"));
  return new Map(await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const)));
}

it("what the exporter genscope sends again after a kill is stored once", async (t) => {
  const dir = await mkdtemp(join(tmpdir(), "genscope-again-"));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const [data, file] = [join(dir, "data"), join(dir, "config.yaml")];
  await using server = await ServerProcess.create({ data, flags: ["--config", file] });
  const yaml = `
receivers: {otlp: {protocols: {http: {endpoint: "${new URL(server.http).host}"}}}}
exporters: {genscope: }
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    traces: {receivers: [otlp], exporters: [genscope]}
`;
  await writeFile(file, yaml);
  await server.start();
  await using client = createOtlpHttpClient({ endpoint: server.http });
  const generator = createSpanGenerator({ spansPerRequest, startTime: BigInt(Date.now()) * 1_000_000n });
  const before = await positionsIn(data);
  assert.equal(before.size, 1);
  for (let request = 0; request < requests; request++) await client.send(Signal.traces, generator.next());
  const wanted = requests * spansPerRequest;
  const countStored = async (): Promise<readonly number[]> => {
    const [row] = await server.query<{ spans: string; ids: string; summarised: string }>(
      "SELECT count() AS spans, uniqExact(trace_id, span_id) AS ids, (SELECT sum(span_count) FROM trace_summaries) AS summarised FROM spans",
    );
    return [Number(row!.spans), Number(row!.ids), Number(row!.summarised)];
  };
  await eventually(async () => ((await countStored())[0] === wanted ? true : undefined), "all are stored");

  await server.kill();
  // as if it had been killed after it sent and before it committed
  for (const [path, bytes] of before) await writeFile(path, bytes);
  await server.start();
  const stored = await eventually(async () => {
    const { stored: counts } = await server.status();
    return counts.duplicates >= wanted ? counts : undefined;
  }, "all are sent again");
  assert.equal(stored.duplicates, wanted);
  assert.deepEqual(await countStored(), [wanted, wanted, wanted]);
});
