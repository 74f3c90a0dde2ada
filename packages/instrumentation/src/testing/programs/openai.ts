import { startModelServer } from "@genscope/example-model-server";
import type OpenAI from "openai";
import { OpenAIInstrumentation } from "../../openai/index.ts";
import { testCalls } from "../calls.ts";
import { loadOpenAi, type OpenAiMajor, openAiMajors } from "../openai-majors.ts";
import { createRecorder, type Recorder, recordWith } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";

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

/** Every call of the table and one with every parameter, instrumented; gives what was emitted. */
export async function runOpenAiProgram(major: OpenAiMajor, capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = new OpenAIInstrumentation({ enabled: false, capture });
  recordWith(recorder, instrumentation);
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

export const programs: readonly TestProgram[] = openAiMajors.map((major) => ({
  library: "openai",
  version: major === "openai" ? "7" : major.slice("openai-v".length),
  run: (capture) => runOpenAiProgram(major, capture),
}));
