import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startModelServer } from "@genscope/example-model-server";
import type OpenAI from "openai";
import { comparable } from "../testing/comparable.ts";
import { compatibleCalls, compatibleClients, loadCompatible } from "../testing/compatible-clients.ts";
import { createRecorder, useAsyncContext, recordWith } from "../testing/recorder.ts";

useAsyncContext();

for (const how of ["import", "require"] as const) {
  for (const library of compatibleClients) {
    describe(`${library.package} by ${how}: the same with and without instrumentation`, () => {
      const recorder = createRecorder();
      const instrumentation = library.instrumentation({ enabled: false, capture: "both" });
      recordWith(recorder, instrumentation);
      const plain = new Map<string, unknown>();
      let client: OpenAI;
      let close: () => Promise<void>;

      before(async () => {
        const server = await startModelServer();
        close = () => server.close();
        const Client = await loadCompatible(library.package, how);
        const baseURL = `${new URL(server.url).origin}${library.basePath}`;
        client = new Client({ baseURL, apiKey: "unused", maxRetries: 0 });
        for (const call of compatibleCalls) plain.set(call.name, comparable(await call.run(client)));
        instrumentation.instrumentModule(Client);
      });
      after(async () => {
        instrumentation.disable();
        await close();
      });

      for (const call of compatibleCalls) {
        it(call.name, async () => {
          recorder.clear();
          assert.equal(comparable(await call.run(client)), plain.get(call.name));
          assert.deepEqual(
            recorder.spans.map(({ name }) => name),
            call.spans ?? ["chat gpt-4o"],
          );
          const { attributes } = recorder.spans[0]!;
          assert.equal(attributes["gen_ai.provider.name"], library.provider);
          assert.equal(attributes["server.address"], "127.0.0.1");
          if (call.tokens === true) assert.ok(Number(attributes["gen_ai.usage.input_tokens"]) > 0, "input tokens");
          if (call.errorType !== undefined) assert.equal(typeof attributes["error.type"], "string");
        });
      }
    });
  }
}
