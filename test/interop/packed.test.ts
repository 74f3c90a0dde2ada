import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { startModelServer, type ModelServer } from "@genscope/example-model-server";
import { eventually, type RunningGenscope, startGenscope } from "./genscope.ts";

const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);
const packed = ["semconv", "masking", "instrumentation", "sdk"];

const programs = {
  "app.mjs": `
    import OpenAI from "openai";
    const client = new OpenAI({ apiKey: "unused" });
    await client.chat.completions.create({ model: "gpt-4o-mini", messages: [{ role: "user", content: "hello" }] });`,
  "app.cjs": `
    const OpenAI = require("openai");
    new OpenAI({ apiKey: "unused" }).embeddings.create({ model: "text-embedding-3-small", input: "hello" }).then(({ data }) => data.length);`,
};

const typed = `
  import { init, tool, withContext } from "@genscope/sdk";
  const genscope = init({ serviceName: "typed", content: { mask: true } });
  const twice = tool("twice", async (n: number) => n * 2);
  const four: Promise<number> = withContext({ userId: "ada" }, () => twice(2));
  void four.then(() => genscope.shutdown());
`;

describe("the SDK as it would be published, in a project of its own", { timeout: 180_000 }, () => {
  let dir: string;
  let genscope: RunningGenscope;
  let modelServer: ModelServer;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "genscope-packed-"));
    [genscope, modelServer] = await Promise.all([startGenscope(), startModelServer()]);
    await run(process.execPath, [join(root, "scripts/build.ts")], { cwd: root });
    for (const name of packed)
      await run("npm", ["pack", "--pack-destination", dir], { cwd: join(root, "packages", name) });
    await writeFile(join(dir, "package.json"), '{ "name": "app", "private": true }');
    const tarballs = (await readdir(dir)).filter((name) => name.endsWith(".tgz")).map((name) => `./${name}`);
    const others = ["openai@7.57.0", "@opentelemetry/api@1.10.0", "@types/node@24.10.1"];
    await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", ...tarballs, ...others], { cwd: dir });
  });
  after(async () => {
    await Promise.all([genscope?.stop(), modelServer?.close()]);
    await rm(dir, { recursive: true, force: true });
  });

  for (const [name, program] of Object.entries(programs)) {
    it(`traces ${name} without a change of code`, async () => {
      await writeFile(join(dir, name), program);
      await run(process.execPath, ["--import", "@genscope/sdk/register", name], {
        cwd: dir,
        env: {
          ...process.env,
          OPENAI_BASE_URL: modelServer.url,
          OTEL_EXPORTER_OTLP_ENDPOINT: genscope.http,
          OTEL_SERVICE_NAME: name,
        },
      });
      const spans = await eventually(async () => {
        const rows = await genscope.query(
          `SELECT span_type, input_tokens > 0 AS counted FROM spans WHERE service_name = '${name}'`,
        );
        return rows.length === 0 ? undefined : rows;
      }, `the span of ${name}`);
      assert.deepEqual(spans, [{ span_type: name === "app.mjs" ? "model" : "embedding", counted: 1 }]);
    });
  }

  it("brings its types, and neither the server nor the tests", async () => {
    await writeFile(join(dir, "typed.mts"), typed);
    const tsc = join(root, "node_modules/typescript/lib/tsc.js");
    const flags = [
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2024",
      "--types",
      "node",
      "typed.mts",
    ];
    await run(process.execPath, [tsc, ...flags], { cwd: dir }).catch((error: { stdout: string }) =>
      assert.fail(error.stdout),
    );
    assert.deepEqual((await readdir(join(dir, "node_modules/@genscope"))).toSorted(), packed.toSorted());
    const files = await readdir(join(dir, "node_modules/@genscope"), { recursive: true });
    assert.deepEqual(
      files.filter((file) => /\.(?:test|fixture|test-data)\.|\.ts$/.test(file) && !file.endsWith(".d.ts")),
      [],
    );
  });
});
