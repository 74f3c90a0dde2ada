import { startModelServer } from "@genscope/example-model-server";
import { MastraInstrumentation } from "../../mastra/index.ts";
import { mastraModules, mastraRuns } from "../mastra-runs.ts";
import { createRecorder, type Recorder, recordWith } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";

async function runMastraProgram(capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = new MastraInstrumentation({ enabled: false, capture });
  recordWith(recorder, instrumentation);
  const server = await startModelServer();
  try {
    for (const module of mastraModules) instrumentation.instrumentModule(module);
    for (const run of Object.values(mastraRuns(server.url, true).runs)) await run();
  } finally {
    instrumentation.disable();
    await server.close();
  }
  return recorder;
}

export const programs: readonly TestProgram[] = [{ library: "@mastra/core", version: "1", run: runMastraProgram }];
