import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { runApp } from "../testing/run-app.ts";
import { apiProblems, isVisible, ownApi } from "./api-check.ts";

const own = { version: "1.9.1", directory: "/app/node_modules/@opentelemetry/api" };
const nested = { version: "1.10.0", directory: "/app/node_modules/x/node_modules/@opentelemetry/api" };

describe("copies of @opentelemetry/api", () => {
  it("see what is registered by their own version or a newer one of the same major", () => {
    assert.ok(isVisible("1.9.1", "1.9.0") && isVisible("1.10.0", "1.9.1"));
    assert.ok(!isVisible("1.9.1", "1.10.0") && !isVisible("2.0.0", "1.10.0"));
  });

  it("are named when they cannot see the set-up, with the remedy", () => {
    const [problem, ...more] = apiProblems(own, [nested]);
    assert.match(String(problem), /x\/node_modules\/@opentelemetry\/api is .* 1\.10\.0, but 1\.9\.1 is set up/u);
    assert.match(String(problem), /npm install @opentelemetry\/api@1\.10\.0/u);
    assert.deepEqual(more, []);
  });

  it("are no problem where an older one meets a newer set-up, or there is only one", () => {
    assert.deepEqual(apiProblems({ ...own, version: "1.10.0" }, [{ ...nested, version: "1.9.1" }]), []);
    assert.deepEqual(apiProblems(own, []), []);
  });

  it("are no problem where the only one is in a bundle", () => {
    assert.deepEqual(apiProblems(undefined, []), []);
    assert.match(String(ownApi()?.version), /^1\./u);
  });

  it("are found in a running process: a provider of an older copy, registered before", async () => {
    const older = join(
      import.meta.dirname,
      "../../../../test/otel-2/node_modules/@opentelemetry/api/build/src/index.js",
    );
    const { stderr } = await runApp({
      files: {
        "app.mjs": `import { createRequire } from "node:module";
          const api = createRequire(import.meta.url)(${JSON.stringify(older)});
          api.trace.setGlobalTracerProvider({ getTracer: () => ({}) });
          const { init } = await import("@genscope/sdk");
          await init().shutdown();`,
      },
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9", NODE_OPTIONS: "" },
    });
    assert.match(stderr, /set up through @opentelemetry\/api 1\.9\.1, before init\(\)/u);
  });
});
