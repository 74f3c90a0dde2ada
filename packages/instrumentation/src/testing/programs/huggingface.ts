import { startModelServer } from "@genscope/example-model-server";
import { HuggingFaceInstrumentation } from "../../huggingface/index.ts";
import { huggingFaceCalls, type HuggingFaceMajor, huggingFaceMajors, loadHuggingFace } from "../huggingface-calls.ts";
import { createRecorder, type Recorder, recordWith } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";

async function runHuggingFaceProgram(major: HuggingFaceMajor, capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = new HuggingFaceInstrumentation({ enabled: false, capture });
  recordWith(recorder, instrumentation);
  const server = await startModelServer();
  try {
    const module = await loadHuggingFace(major);
    instrumentation.instrumentModule(module);
    const client = new module.InferenceClient("hf_unused");
    for (const call of huggingFaceCalls) await call.run(client, new URL(server.url).origin);
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    instrumentation.disable();
    await server.close();
  }
  return recorder;
}

export const programs: readonly TestProgram[] = huggingFaceMajors.map((major) => ({
  library: "@huggingface/inference",
  version: major.endsWith("-v3") ? "3" : "4",
  run: (capture) => runHuggingFaceProgram(major, capture),
}));
