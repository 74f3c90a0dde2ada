import { startModelServer } from "@genscope/example-model-server";
import { VercelAiInstrumentation } from "../../vercel-ai/index.ts";
import { aiModule, aiRuns } from "../ai-runs.ts";
import { createRecorder, type Recorder } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";

async function runAiProgram(capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = new VercelAiInstrumentation({ enabled: false, capture });
  instrumentation.setTracerProvider(recorder.tracerProvider);
  instrumentation.setMeterProvider(recorder.meterProvider);
  instrumentation.setLoggerProvider(recorder.loggerProvider);
  const server = await startModelServer();
  try {
    instrumentation.instrumentModule(aiModule);
    for (const run of Object.values(aiRuns(server.url).runs)) await run();
  } finally {
    instrumentation.disable();
    await server.close();
  }
  return recorder;
}

export const programs: readonly TestProgram[] = [{ library: "ai", version: "7", run: runAiProgram }];
