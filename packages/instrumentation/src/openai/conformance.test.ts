import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startModelServer } from "@genscope/example-model-server";
import type OpenAI from "openai";
import { testCalls } from "../testing/calls.ts";
import { checkRecorded } from "../testing/conformance.ts";
import { loadOpenAi, type OpenAiMajor, openAiMajors } from "../testing/openai-majors.ts";
import { createRecorder, type Recorder, useAsyncContext } from "../testing/recorder.ts";
import { OpenAIInstrumentation } from "./index.ts";

/** Every parameter that the conventions have an attribute for. */
const everyParameter = {
  model: "gpt-4o",
  messages: [{ role: "user", content: "Hello" }],
  temperature: 0.5,
  top_p: 0.9,
  max_completion_tokens: 50,
  frequency_penalty: 0.1,
  presence_penalty: 0.2,
  stop: ["END"],
  seed: 7,
  n: 2,
  reasoning_effort: "low",
  response_format: { type: "json_object" },
} as const;

async function program(major: OpenAiMajor, capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = new OpenAIInstrumentation({ enabled: false, capture });
  instrumentation.setTracerProvider(recorder.tracerProvider);
  instrumentation.setMeterProvider(recorder.meterProvider);
  instrumentation.setLoggerProvider(recorder.loggerProvider);
  const server = await startModelServer();
  try {
    const Client: typeof OpenAI = await loadOpenAi(major);
    instrumentation.instrumentModule(Client);
    const client = new Client({ baseURL: server.url, apiKey: "unused", maxRetries: 0 });
    for (const call of testCalls) await call.run(client);
    await client.embeddings.create({ model: "text-embedding-3-small#status=500", input: "x" }).catch(() => {});
    await client.chat.completions.create({ ...everyParameter, messages: [...everyParameter.messages], stop: ["END"] });
  } finally {
    instrumentation.disable();
    await server.close();
  }
  return recorder;
}

useAsyncContext();

describe("what is emitted for openai, held against the conventions", () => {
  for (const major of openAiMajors) {
    for (const capture of ["none", "both"] as const) {
      it(`${major}, capture ${capture}: nothing required is missing, nothing deprecated or unknown is there`, async (t) => {
        const found = await checkRecorded(await program(major, capture), capture === "both");
        assert.deepEqual(found.violations, []);
        for (const [convention, { recorded, of }] of found.spans) t.diagnostic(`${convention}: ${recorded.size}/${of}`);
        for (const one of found.advice) t.diagnostic(one);
        if (capture === "none") return;
        const inference = found.spans.get("inference");
        assert.ok(inference !== undefined && inference.recorded.size >= 25, `${inference?.recorded.size} of inference`);
        assert.equal(found.spans.get("embeddings")?.recorded.size, 10);
      });
    }
  }
});
