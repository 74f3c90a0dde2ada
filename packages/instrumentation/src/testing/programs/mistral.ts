import { startModelServer } from "@genscope/example-model-server";
import { MistralInstrumentation } from "../../mistral/index.ts";
import { createMistral, loadMistral, mistralCalls, type MistralMajor, mistralMajors } from "../mistral-calls.ts";
import { createRecorder, recordWith, type Recorder } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";

async function runMistralProgram(major: MistralMajor, capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = recordWith(recorder, new MistralInstrumentation({ enabled: false, capture }));
  const server = await startModelServer();
  try {
    const module = await loadMistral(major);
    instrumentation.instrumentModule(module);
    const client = createMistral(module, new URL(server.url).origin);
    for (const call of mistralCalls) await call.run(client);
  } finally {
    instrumentation.disable();
    await server.close();
  }
  return recorder;
}

export const programs: readonly TestProgram[] = mistralMajors.map((major) => ({
  library: "@mistralai/mistralai",
  version: major.endsWith("-v1") ? "1" : "2",
  run: (capture) => runMistralProgram(major, capture),
}));
