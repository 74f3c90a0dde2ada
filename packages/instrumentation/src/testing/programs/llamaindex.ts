import { startModelServer } from "@genscope/example-model-server";
import { LlamaIndexInstrumentation } from "../../llamaindex/index.ts";
import { llamaIndexRuns, llamaIndexVersions, type LlamaIndexVersion, loadLlamaIndex } from "../llamaindex-runs.ts";
import { createRecorder, type Recorder, recordWith } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";

async function runLlamaIndexProgram(version: LlamaIndexVersion, capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = new LlamaIndexInstrumentation({ enabled: false, capture });
  recordWith(recorder, instrumentation);
  const server = await startModelServer();
  try {
    const modules = await loadLlamaIndex(version);
    for (const module of Object.values(modules)) instrumentation.instrumentModule(module);
    for (const run of Object.values(llamaIndexRuns(modules, server.url).runs)) await run();
  } finally {
    instrumentation.disable();
    await server.close();
  }
  return recorder;
}

export const programs: readonly TestProgram[] = llamaIndexVersions.map((version) => ({
  library: "llamaindex",
  version,
  run: (capture) => runLlamaIndexProgram(version, capture),
}));
