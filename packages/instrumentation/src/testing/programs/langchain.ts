import { startModelServer } from "@genscope/example-model-server";
import { LangChainInstrumentation } from "../../langchain/index.ts";
import { langChainModules, langChainRuns } from "../langchain-runs.ts";
import { createRecorder, type Recorder } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";

async function runLangChainProgram(capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = new LangChainInstrumentation({ enabled: false, capture });
  instrumentation.setTracerProvider(recorder.tracerProvider);
  instrumentation.setMeterProvider(recorder.meterProvider);
  instrumentation.setLoggerProvider(recorder.loggerProvider);
  const server = await startModelServer();
  try {
    for (const module of langChainModules) instrumentation.instrumentModule(module);
    for (const run of Object.values(langChainRuns(server.url).runs)) await run();
  } finally {
    instrumentation.disable();
    await server.close();
  }
  return recorder;
}

export const programs: readonly TestProgram[] = [
  { library: "@langchain/core, @langchain/langgraph", version: "1", run: runLangChainProgram },
];
