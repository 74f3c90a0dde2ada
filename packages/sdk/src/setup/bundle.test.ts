import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import { build } from "esbuild";
import { type Collector, startCollector } from "../testing/collector.ts";

const formats = ["esm", "cjs"] as const;
type Format = (typeof formats)[number];

const ask = `
  const client = new OpenAI({ apiKey: "unused", maxRetries: 0 });
  client.chat.completions.create({ model: "gpt-4o", messages: [{ role: "user", content: "Hello" }] }).then((answer) => {
    console.log(answer.choices[0].message.content);
  });`;

interface Bundle {
  readonly text: string;
  readonly format: Format;
  /** Packages that stay outside. */
  readonly external?: readonly string[];
  /** Where it is run, which is where those are found. */
  readonly directory: string;
}

/** Bundles an application as a deployment does, and runs what comes out. */
async function runBundle(
  { text, format, external = [], directory }: Bundle,
  env: Record<string, string>,
): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: text, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    write: false,
    platform: "node",
    format,
    external: [...external],
    conditions: ["@genscope/source"],
    logLevel: "error",
    // it says that a bundle for CommonJS has no import.meta, which is what is tested
    logOverride: { "empty-import-meta": "silent" },
    // what some dependencies need as a module: the usual line
    ...(format === "esm"
      ? {
          banner: {
            js: `import { createRequire as $create } from "node:module"; const require = $create(import.meta.url);`,
          },
        }
      : {}),
  });
  const file = join(directory, format === "esm" ? "app.mjs" : "app.cjs");
  await writeFile(file, outputFiles[0]?.contents ?? "");
  const { OTEL_EXPORTER_OTLP_ENDPOINT: _endpoint, NODE_OPTIONS: _options, ...inherited } = process.env;
  const child = spawn(process.execPath, ["--conditions=@genscope/source", file], {
    cwd: directory,
    env: { ...inherited, ...env },
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  assert.equal(code, 0, output);
  return output;
}

describe("an application in a bundle", () => {
  let models: ModelServer;
  let collector: Collector;
  let inside: string;
  let outside: string;
  before(async () => {
    models = await startModelServer();
  });
  after(() => models.close());
  beforeEach(async () => {
    collector = await startCollector();
    inside = await mkdtemp(join(import.meta.dirname, "../../.app-"));
    outside = await mkdtemp(join(tmpdir(), "genscope-bundle-"));
  });
  afterEach(async () => {
    await collector.close();
    await Promise.all([inside, outside].map((directory) => rm(directory, { recursive: true, force: true })));
  });
  const env = (): Record<string, string> => ({
    OPENAI_BASE_URL: models.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  });
  const names = (): string[] => collector.received.traces.map(({ name }) => name);

  for (const format of formats) {
    it(`has the library in it, ${format}: handed over, it is traced`, async () => {
      const text = `import { init } from "@genscope/sdk"; import OpenAI from "openai";
        init({ serviceName: "bundled" }).instrumentModule(OpenAI); ${ask}`;
      const external = ["@genscope/*", "@opentelemetry/*"];
      const output = await runBundle({ text, format, external, directory: inside }, env());
      assert.match(output, /Hello!/u);
      assert.deepEqual(names(), ["chat gpt-4o"]);
    });

    it(`has everything in it, ${format}, and no package beside it: traced by its own instrumentation`, async () => {
      const text = `import { init } from "@genscope/sdk"; import { OpenAIInstrumentation } from "@genscope/instrumentation/openai";
        import OpenAI from "openai";
        const instrumentation = new OpenAIInstrumentation();
        init({ serviceName: "bundled", instrumentations: [instrumentation] });
        instrumentation.instrumentModule(OpenAI); ${ask}`;
      const output = await runBundle({ text, format, directory: outside }, env());
      assert.match(output, /Hello!/u);
      assert.deepEqual(names(), ["chat gpt-4o"]);
      assert.equal(collector.received.traces[0]?.resource["service.name"], "bundled");
    });

    it(`has everything in it, ${format}: says what to do where it cannot find an instrumentation, and goes on`, async () => {
      const text = `import { init } from "@genscope/sdk"; import OpenAI from "openai";
        init().instrumentModule(OpenAI); ${ask}`;
      const output = await runBundle({ text, format, directory: outside }, env());
      assert.match(output, /import OpenAIInstrumentation from @genscope\/instrumentation\/openai/u);
      assert.match(output, /Hello!/u);
      assert.deepEqual(names(), []);
    });
  }
});
