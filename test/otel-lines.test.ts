import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "node:test";

const root = join(import.meta.dirname, "..");

/** Runs test files on the OpenTelemetry 2.x line (API 1.9), in a process of their own. */
function runOnOtel2(files: readonly string[]): Promise<{ code: number | null; output: string }> {
  const use = join(root, "test/otel-2/use.ts");
  // a test that was started by the test runner would report to it, and end with 0 whatever happens
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const child = spawn(process.execPath, ["--conditions=@genscope/source", "--import", use, "--test", ...files], {
    cwd: root,
    env: { ...env, NODE_OPTIONS: `--import=${use}` },
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}

describe("OpenTelemetry 2.x", () => {
  for (const files of [
    ["packages/instrumentation/src/openai/behaviour.test.ts", "packages/instrumentation/src/openai/attributes.test.ts"],
    ["packages/sdk/src/step/steps.test.ts", "packages/sdk/src/context/with-context.test.ts"],
  ]) {
    it(`passes ${files.join(", ")}`, async () => {
      const { code, output } = await runOnOtel2(files);
      assert.equal(code, 0, output.slice(-5000));
      assert.match(output, /fail 0/u);
    });
  }
});
