import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import { type Received, startCollector } from "../packages/sdk/src/testing/collector.ts";
import { bundlers, type Format } from "./bundlers/bundlers.ts";
import { createProject, type Project, runProgram } from "./support/published.ts";

const imports = {
  esm: `import { init, instrumentModule, tool } from "@genscope/sdk"; import OpenAI from "openai"; import { Ollama } from "ollama";`,
  cjs: `const { init, instrumentModule, tool } = require("@genscope/sdk"); const OpenAI = require("openai"); const { Ollama } = require("ollama");`,
} as const;

/** What an application does: two libraries, a stream, a step of its own, content that is masked. */
const body = (handOver: string): string => `
  const genscope = init({ serviceName: "bundled", content: { capture: "spans", mask: true } });
  ${handOver}
  async function main() {
    const client = new OpenAI({ apiKey: "unused" });
    const messages = [{ role: "user", content: "Write to ada@example.com" }];
    const answer = await client.chat.completions.create({ model: "gpt-4o", messages });
    console.log(answer.choices[0].message.content.length > 0);
    for await (const chunk of await client.chat.completions.create({ model: "gpt-4o-mini", messages, stream: true })) void chunk;
    await tool("look_up", () => client.embeddings.create({ model: "text-embedding-3-small", input: "hello" }))();
    const ollama = new Ollama({ host: new URL(process.env.OPENAI_BASE_URL).origin });
    await ollama.chat({ model: "llama3.2", messages });
    await genscope.flush();
  }
  main();`;

const handOver = `instrumentModule(OpenAI); genscope.instrumentModule(Ollama, "ollama");`;

/** Where the packages are, and what that asks of the application. */
const layouts = {
  "packages left outside": { external: ["@genscope/", "@opentelemetry/", "openai", "ollama"], handOver: "" },
  "the libraries in it": { external: ["@genscope/", "@opentelemetry/"], handOver },
  "everything in it": { external: [], handOver },
} as const;

/** What of a span is the same in every run. */
function comparable(spans: readonly Received[]): readonly unknown[] {
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  return spans
    .map(({ name, parentSpanId, attributes, resource }) => ({
      name,
      parent: names.get(parentSpanId),
      attributes: Object.fromEntries(
        Object.entries(attributes).filter(([key]) => !key.includes("time_to") && key !== "gen_ai.response.id"),
      ),
      service: resource["service.name"],
    }))
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

describe("an application in a bundle", () => {
  let project: Project;
  /** What has everything in it must not find anything beside it. */
  let alone: string;
  let models: ModelServer;
  const unbundled = new Map<Format, readonly unknown[]>();
  before(async () => {
    [project, models] = await Promise.all([createProject(), startModelServer()]);
    project.add("ollama");
    alone = mkdtempSync(join(tmpdir(), "genscope-alone-"));
    for (const format of ["esm", "cjs"] as const) {
      const file = join(project.directory, `app.${format === "esm" ? "mjs" : "cjs"}`);
      writeFileSync(file, imports[format] + body(""));
      unbundled.set(format, comparable(await run(project.directory, file)));
    }
  });
  after(async () => {
    await models.close();
    project.remove();
    rmSync(alone, { recursive: true });
  });

  const run = async (directory: string, file: string): Promise<readonly Received[]> => {
    const collector = await startCollector();
    try {
      const { code, stdout, stderr } = await runProgram(directory, [file], {
        OPENAI_BASE_URL: models.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      });
      assert.equal(code, 0, stderr);
      assert.equal(stderr, "");
      assert.match(stdout, /true/u);
      return collector.received.traces;
    } finally {
      await collector.close();
    }
  };

  it("is compared with itself outside: two libraries, a step of its own, masked content", () => {
    for (const spans of unbundled.values()) {
      const text = JSON.stringify(spans);
      assert.equal(spans.length, 5);
      assert.match(text, /Write to/u);
      assert.doesNotMatch(text, /ada@example/u);
    }
  });

  for (const [bundler, bundle] of Object.entries(bundlers)) {
    for (const [layout, { external, handOver: handed }] of Object.entries(layouts)) {
      for (const format of ["esm", "cjs"] as const) {
        it(`made by ${bundler}, ${format}, ${layout}: the same spans`, async () => {
          const extension = format === "esm" ? "mjs" : "cjs";
          const entry = join(project.directory, `entry.${extension}`);
          writeFileSync(entry, imports[format] + body(handed));
          const directory = external.length === 0 ? alone : project.directory;
          const outFile = join(directory, `bundle.${extension}`);
          await bundle({ entry, outFile, format, external });
          assert.deepEqual(comparable(await run(directory, outFile)), unbundled.get(format));
        });
      }
    }
  }
});
