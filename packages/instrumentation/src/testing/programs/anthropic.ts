import { startModelServer } from "@genscope/example-model-server";
import { AnthropicInstrumentation } from "../../anthropic/index.ts";
import { anthropicCalls, type AnthropicMajor, anthropicMajors, loadAnthropic } from "../anthropic-calls.ts";
import { createRecorder, type Recorder, recordWith } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";

async function runAnthropicProgram(major: AnthropicMajor, capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = new AnthropicInstrumentation({ enabled: false, capture });
  recordWith(recorder, instrumentation);
  const server = await startModelServer();
  try {
    const Client = await loadAnthropic(major);
    instrumentation.instrumentModule(Client);
    const options = { baseURL: new URL(server.url).origin, apiKey: "unused", maxRetries: 0 };
    // the newer library's own spans go where ours do
    const traced = { openTelemetry: { tracerProvider: recorder.tracerProvider } };
    const client = new Client(major === "@anthropic-ai/sdk" ? { ...options, ...traced } : options);
    for (const call of anthropicCalls) await call.run(client);
  } finally {
    instrumentation.disable();
    await server.close();
  }
  return recorder;
}

export const programs: readonly TestProgram[] = anthropicMajors.map((major) => ({
  library: "@anthropic-ai/sdk",
  version: major === "@anthropic-ai/sdk" ? "1" : "0",
  run: (capture) => runAnthropicProgram(major, capture),
}));
