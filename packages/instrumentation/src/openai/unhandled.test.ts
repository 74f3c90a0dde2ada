import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { loadOpenAi, openAiMajors } from "../testing/openai-majors.ts";
import { createRecorder } from "../testing/recorder.ts";
import { OpenAIInstrumentation } from "./index.ts";

type Listener = (...parameters: unknown[]) => void;

async function refused(): Promise<Response> {
  return Response.json({ error: { message: "no", code: "refused" } }, { status: 400 });
}

describe("rejections that nobody handles", () => {
  let runners: Listener[] = [];
  let seen: string[] = [];
  beforeEach(() => {
    // the test runner's own listeners would take them for failures of the test
    runners = process.listeners("unhandledRejection") as Listener[];
    process.removeAllListeners("unhandledRejection");
    seen = [];
    process.on("unhandledRejection", (reason) => void seen.push((reason as Error).constructor.name));
  });
  afterEach(() => {
    process.removeAllListeners("unhandledRejection");
    for (const listener of runners) process.on("unhandledRejection", listener);
  });

  for (const major of openAiMajors) {
    it(`are as many with ${major} instrumented as without`, async () => {
      const OpenAI = await loadOpenAi(major);
      const client = new OpenAI({ apiKey: "unused", maxRetries: 0, fetch: refused });
      const counts: number[] = [];
      for (const instrumented of [false, true]) {
        const instrumentation = new OpenAIInstrumentation({ enabled: false });
        instrumentation.setTracerProvider(createRecorder().tracerProvider);
        if (instrumented) instrumentation.instrumentModule(OpenAI);
        const create = () => client.chat.completions.create({ model: "m", messages: [] });
        seen = [];
        void create();
        void create().then(() => undefined);
        void create().asResponse();
        void create().withResponse();
        await create().catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 50));
        instrumentation.disable();
        counts.push(seen.length);
      }
      assert.deepEqual(counts, [4, 4]);
    });
  }
});
