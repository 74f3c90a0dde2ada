import { startModelServer } from "@genscope/example-model-server";
import { CohereInstrumentation } from "../../cohere/index.ts";
import { cohereCalls, type CohereMajor, cohereMajors, createCohere, loadCohere } from "../cohere-calls.ts";
import { createRecorder, recordWith, type Recorder } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";

async function runCohereProgram(major: CohereMajor, capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = recordWith(recorder, new CohereInstrumentation({ enabled: false, capture }));
  const server = await startModelServer();
  try {
    const module = await loadCohere(major);
    instrumentation.instrumentModule(module);
    const clients = createCohere(module, new URL(server.url).origin);
    for (const call of cohereCalls) await call.run(clients);
  } finally {
    instrumentation.disable();
    await server.close();
  }
  return recorder;
}

export const programs: readonly TestProgram[] = cohereMajors.map((major) => ({
  library: "cohere-ai",
  version: major.endsWith("-v7") ? "7" : "8",
  run: (capture) => runCohereProgram(major, capture),
}));
