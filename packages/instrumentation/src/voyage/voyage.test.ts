import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import type { VoyageAIClient } from "voyageai";
import { FetchInstrumentation } from "../fetch/index.ts";
import { comparable } from "../testing/comparable.ts";
import { createRecorder, recordWith, useAsyncContext } from "../testing/recorder.ts";
import { createVoyage, loadVoyage, voyageCalls, voyageVersions } from "../testing/voyage-calls.ts";
import { VoyageInstrumentation } from "./index.ts";

useAsyncContext();

for (const how of ["import", "require"] as const) {
  for (const version of voyageVersions) {
    describe(`${version} by ${how}`, () => {
      const recorder = createRecorder();
      const instrumentation = recordWith(recorder, new VoyageInstrumentation({ enabled: false, capture: "both" }));
      const plain = new Map<string, unknown>();
      let client: VoyageAIClient;
      let server: ModelServer;

      before(async () => {
        server = await startModelServer();
        const module = await loadVoyage(version, how);
        client = createVoyage(module, new URL(server.url).origin);
        for (const call of voyageCalls) plain.set(call.name, comparable(await call.run(client)));
        instrumentation.instrumentModule(module);
      });
      after(async () => {
        instrumentation.disable();
        await server.close();
      });

      for (const call of voyageCalls) {
        it(`${call.name}: the same with and without, and one span`, async () => {
          recorder.clear();
          assert.equal(comparable(await call.run(client)), plain.get(call.name));
          const [span, ...more] = recorder.spans;
          assert.deepEqual(more, []);
          assert.equal(span?.name, call.span);
          assert.equal(span.attributes["gen_ai.provider.name"], "voyage_ai");
          assert.equal(span.attributes["error.type"], call.errorType);
          if (call.errorType !== undefined) return;
          assert.ok(Number(span.attributes["gen_ai.usage.input_tokens"]) > 0, "input tokens");
          if (call.span.startsWith("embeddings")) {
            assert.ok(Number(span.attributes["gen_ai.embeddings.dimension.count"]) > 0, "dimensions");
            return;
          }
          assert.equal(span.attributes["genscope.retrieval.count"], 1);
          assert.deepEqual(JSON.parse(String(span.attributes["gen_ai.retrieval.documents"])), [
            { id: "1", score: 1, content: "the red button" },
          ]);
        });
      }
    });
  }
}

describe("VoyageInstrumentation", () => {
  it("is there once the package is loaded, and records nothing twice beside that of fetch", async () => {
    const recorder = createRecorder();
    const instrumentations = [new VoyageInstrumentation(), new FetchInstrumentation()];
    for (const one of instrumentations) recordWith(recorder, one);
    const server = await startModelServer();
    const client = createVoyage(await loadVoyage("voyageai"), new URL(server.url).origin);
    await client.embed({ model: "voyage-3.5", input: "x" });
    for (const one of instrumentations) one.disable();
    await server.close();
    assert.equal(recorder.spans.length, 1);
  });
});
