import { startModelServer } from "@genscope/example-model-server";
import { GoogleGenAIInstrumentation } from "../../google/index.ts";
import { googleCalls, type GoogleMajor, googleMajors, loadGoogle } from "../google-calls.ts";
import { createRecorder, type Recorder, recordWith } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";

async function runGoogleProgram(major: GoogleMajor, capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = new GoogleGenAIInstrumentation({ enabled: false, capture });
  recordWith(recorder, instrumentation);
  const server = await startModelServer();
  try {
    const module = await loadGoogle(major);
    instrumentation.instrumentModule(module);
    const httpOptions = { baseUrl: new URL(server.url).origin, retryOptions: { attempts: 1 } };
    const client = new module.GoogleGenAI({ apiKey: "unused", httpOptions });
    for (const call of googleCalls) await call.run(client);
  } finally {
    instrumentation.disable();
    await server.close();
  }
  return recorder;
}

export const programs: readonly TestProgram[] = googleMajors.map((major) => ({
  library: "@google/genai",
  version: major === "@google/genai" ? "3" : "2",
  run: (capture) => runGoogleProgram(major, capture),
}));
