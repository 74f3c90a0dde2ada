import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type ModelServer, startModelServer } from "@genscope/example-model-server";
import { trace } from "@opentelemetry/api";
import { FetchInstrumentation } from "../fetch/index.ts";
import { type AnthropicClient, anthropicFlavours, flavourCalls, loadFlavour } from "../testing/anthropic-flavours.ts";
import { comparable } from "../testing/comparable.ts";
import { createRecorder, recordWith, useAsyncContext } from "../testing/recorder.ts";
import { AnthropicInstrumentation } from "./index.ts";

useAsyncContext();

const recorder = createRecorder();
// the library finds its tracer here when a client is made
trace.setGlobalTracerProvider(recorder.tracerProvider);
const instrumentations = [
  new AnthropicInstrumentation({ capture: "both", alreadyLoaded: false }),
  new FetchInstrumentation(),
];
for (const one of instrumentations) recordWith(recorder, one);

for (const how of ["import", "require"] as const) {
  for (const flavour of anthropicFlavours) {
    describe(`${flavour.package} ${flavour.version} by ${how}, as it is loaded`, () => {
      let client: AnthropicClient;
      let server: ModelServer;

      before(async () => {
        server = await startModelServer();
        client = flavour.create(await loadFlavour(flavour.package, how), new URL(server.url).origin);
      });
      after(() => server.close());

      for (const call of flavourCalls) {
        it(`${call.name}: the same with and without, and one span`, async () => {
          recorder.clear();
          for (const one of instrumentations) one.enable();
          const watched = comparable(await call.run(client, flavour.model));
          const [span, ...more] = recorder.spans;
          assert.deepEqual(more, []);
          assert.match(span?.name ?? "", new RegExp(`^chat ${flavour.model}(?:#|$)`, "u"));
          assert.equal(span?.attributes["gen_ai.provider.name"], flavour.provider);
          assert.equal(span?.attributes["server.address"], "127.0.0.1");
          assert.equal(span?.attributes["error.type"], call.errorType);
          if (call.tokens === true) {
            assert.ok(Number(span?.attributes["gen_ai.usage.input_tokens"]) > 0, "input tokens");
            assert.ok(Number(span?.attributes["gen_ai.usage.output_tokens"]) > 0, "output tokens");
          }
          for (const one of instrumentations) one.disable();
          assert.equal(watched, comparable(await call.run(client, flavour.model)));
        });
      }
    });
  }
}
