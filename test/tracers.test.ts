import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, it } from "node:test";
import { protobufToJson, Signal } from "@genscope/otlp";
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { SpanBatches } from "../packages/sdk/src/tracer/span-batches.ts";
import { readSpanLimits } from "../packages/sdk/src/tracer/span-limits.ts";
import { TracerProvider } from "../packages/sdk/src/tracer/tracer-provider.ts";

const root = join(import.meta.dirname, "..");

/** Runs test files with what `test/{what}/use.ts` puts in place of something else, in a process of their own. */
function runWith(
  what: "otel-2" | "own-spans",
  files: readonly string[],
  only?: string,
): Promise<{ code: number | null; output: string }> {
  const use = join(root, "test", what, "use.ts");
  // a test that was started by the test runner would report to it, and end with 0 whatever happens
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const tests = only === undefined ? files : [`--test-name-pattern=${only}`, ...files];
  const child = spawn(process.execPath, ["--conditions=@genscope/source", "--import", use, "--test", ...tests], {
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

const instrumentation = "packages/instrumentation/src";

describe("OpenTelemetry 2.x", () => {
  for (const files of [
    [`${instrumentation}/openai/behaviour.test.ts`, `${instrumentation}/openai/attributes.test.ts`],
    [`${instrumentation}/openai/realtime.test.ts`, `${instrumentation}/nesting.test.ts`],
    [`${instrumentation}/http/http.test.ts`, `${instrumentation}/fetch/fetch.test.ts`],
    [`${instrumentation}/mcp/mcp.test.ts`, `${instrumentation}/langchain/langchain.test.ts`],
    ["packages/sdk/src/step/steps.test.ts", "packages/sdk/src/context/with-context.test.ts"],
  ]) {
    it(`passes ${files.join(", ")}`, async () => {
      const { code, output } = await runWith("otel-2", files);
      assert.equal(code, 0, output.slice(-5000));
      assert.match(output, /fail 0/u);
    });
  }

  it("has every library's calls emit what they emit on 3.x", async () => {
    const { code, output } = await runWith("otel-2", [`${instrumentation}/conformance.test.ts`], "capture both");
    assert.equal(code, 0, output.slice(-5000));
    assert.match(output, /✔ docs\/instrumentation\.md says what is emitted/u);
  });
});

describe("the tracer that init() registers", () => {
  for (const files of [
    [`${instrumentation}/openai/behaviour.test.ts`, `${instrumentation}/openai/attributes.test.ts`],
    [`${instrumentation}/vercel-ai/legacy.test.ts`, `${instrumentation}/nesting.test.ts`],
    ["packages/sdk/src/step/steps.test.ts", "packages/sdk/src/context/with-context.test.ts"],
  ]) {
    it(`passes ${files.join(", ")}`, async () => {
      const { code, output } = await runWith("own-spans", files);
      assert.equal(code, 0, output.slice(-5000));
      assert.match(output, /fail 0/u);
    });
  }

  it("has every library's calls emit what they emit with OpenTelemetry's", async () => {
    const { code, output } = await runWith("own-spans", [`${instrumentation}/conformance.test.ts`], "capture both");
    assert.equal(code, 0, output.slice(-5000));
    assert.match(output, /✔ docs\/instrumentation\.md says what is emitted/u);
  });
});

/** A request in JSON, without what protobuf may leave out. */
function readable(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(protobufToJson(Signal.traces, bytes)), (name, value: unknown) =>
    (/^dropped\w+Count$/u.test(name) && value === 0) ||
    (name === "status" && ((value as { code?: number }).code ?? 0) === 0)
      ? undefined
      : value,
  );
}

describe("spans of the tracer that init() registers", () => {
  for (const [line, packages] of [
    ["3.x", root],
    ["2.x", join(root, "test/otel-2")],
  ] as const) {
    it(`are sent by exporters of OpenTelemetry's ${line} line as by our own`, async () => {
      const { ProtobufTraceSerializer } = createRequire(join(packages, "package.json"))(
        "@opentelemetry/otlp-transformer",
      ) as { ProtobufTraceSerializer: { serializeRequest(spans: readonly unknown[]): Uint8Array } };
      const ended: unknown[] = [];
      let own = new Uint8Array();
      const sink = new SpanBatches({
        export({ bytes }, done) {
          own = Uint8Array.from(bytes);
          done({ code: 0 });
        },
        shutdown: async () => {},
      });
      const processor = {
        onStart() {},
        onEnd: (span: unknown) => void ended.push(span),
        forceFlush: async () => {},
        shutdown: async () => {},
      };
      const provider = new TracerProvider({
        resource: { attributes: { "service.name": "app" } },
        limits: readSpanLimits({}),
        processors: [processor],
        sinks: [sink],
      });
      const tracer = provider.getTracer("scope", "1.0");
      const parent = tracer.startSpan("parent", {}, ROOT_CONTEXT);
      const child = tracer.startSpan("child", { kind: SpanKind.CLIENT }, trace.setSpan(ROOT_CONTEXT, parent));
      child.setAttributes({ text: "grün", count: 3, share: 0.5, yes: true, list: ["a", "b"] });
      child.addEvent("happened", { at: "once" }).addLink({ context: parent.spanContext() });
      child.recordException(new Error("broken"));
      child.setStatus({ code: SpanStatusCode.ERROR, message: "broken" }).end();
      parent.end();
      await provider.forceFlush();
      assert.deepEqual(readable(own), readable(ProtobufTraceSerializer.serializeRequest(ended)));
    });
  }
});
