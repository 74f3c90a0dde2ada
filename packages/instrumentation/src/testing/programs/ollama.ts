import { startModelServer } from "@genscope/example-model-server";
import { OllamaInstrumentation } from "../../ollama/index.ts";
import { loadOllama, type OllamaMajor, ollamaMajors, ollamaRuns } from "../ollama-runs.ts";
import { createRecorder, type Recorder, recordWith } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";

async function runOllamaProgram(major: OllamaMajor, capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = new OllamaInstrumentation({ enabled: false, capture });
  recordWith(recorder, instrumentation);
  const server = await startModelServer();
  try {
    const module = await loadOllama(major);
    instrumentation.instrumentModule(module);
    const client = new module.Ollama({ host: new URL(server.url).origin });
    for (const { run } of Object.values(ollamaRuns)) await run(client);
  } finally {
    instrumentation.disable();
    await server.close();
  }
  return recorder;
}

export const programs: readonly TestProgram[] = ollamaMajors.map((major) => ({
  library: "ollama",
  version: major === "ollama" ? "0.6" : "0.5",
  run: (capture) => runOllamaProgram(major, capture),
}));
