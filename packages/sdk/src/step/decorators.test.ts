import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createRecorder } from "@genscope/instrumentation/testing";
import { createStepTelemetry, setStepTelemetry } from "./step-telemetry.ts";
import { tool } from "./steps.ts";

const packageDirectory = join(import.meta.dirname, "../..");
const compiler = join(packageDirectory, "../../node_modules/typescript/bin/tsc");

const source = `
import { agent, task, tool, workflow } from "@genscope/sdk";
export class Bot {
  #name = "bot";
  @workflow("answer")
  async answer(question: string): Promise<string> { return this.#name + ":" + (await this.look(question)); }
  @agent({ name: "looker" })
  async look(question: string): Promise<string> { return [...this.words(question)].join("-") + this.shout("x"); }
  @task
  *words(text: string): Generator<string> { yield* text.split(" "); }
  @tool()
  shout(text: string): string { return text.toUpperCase(); }
}
`;

/** A module compiled by TypeScript with one flavour of decorators. */
async function compile(
  flavour: "standard" | "legacy",
): Promise<{ Bot: new () => { answer(text: string): Promise<string> } }> {
  const directory = mkdtempSync(join(packageDirectory, ".app-"));
  try {
    const file = join(directory, "bot.ts");
    writeFileSync(file, source);
    const flags = ["--ignoreConfig", "--module", "nodenext", "--target", "es2022", "--skipLibCheck", "--types", "node"];
    if (flavour === "legacy") flags.push("--experimentalDecorators");
    flags.push(
      "--customConditions",
      "@genscope/source",
      "--strict",
      "--allowImportingTsExtensions",
      "--rewriteRelativeImportExtensions",
    );
    flags.push("--outDir", join(directory, "out"), "--lib", "es2024,esnext.disposable");
    const { stdout } = spawnSync(process.execPath, [compiler, ...flags, file], { cwd: directory, encoding: "utf8" });
    const own = stdout.split("\n").filter((line) => line.includes("bot.ts"));
    assert.deepEqual(own, []);
    const [compiled] = globSync(join(directory, "out/**/bot.js"));
    assert.ok(compiled, stdout);
    return (await import(compiled)) as Awaited<ReturnType<typeof compile>>;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

describe("decorators", () => {
  for (const flavour of ["standard", "legacy"] as const) {
    it(`of the ${flavour} flavour make methods steps`, async () => {
      const { Bot } = await compile(flavour);
      const recorder = createRecorder();
      const telemetry = createStepTelemetry({});
      telemetry.setTracerProvider(recorder.tracerProvider);
      setStepTelemetry(telemetry);
      assert.equal(await new Bot().answer("a b"), "bot:a-bX");
      assert.deepEqual(
        recorder.spans.map(({ name }) => name),
        ["words", "execute_tool shout", "invoke_agent looker", "invoke_workflow answer"],
      );
    });
  }

  it("say what they are for where they do not fit", () => {
    assert.throws(() => tool("x")({}, "field", {}), /@tool is for methods; field is none/u);
  });
});
