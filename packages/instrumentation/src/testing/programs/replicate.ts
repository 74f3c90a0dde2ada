import { startModelServer } from "@genscope/example-model-server";
import { ReplicateInstrumentation } from "../../replicate/index.ts";
import { createRecorder, type Recorder, recordWith } from "../recorder.ts";
import { loadReplicate, replicateCalls, type ReplicateMajor, replicateMajors } from "../replicate-calls.ts";
import type { TestProgram } from "../test-program.ts";

async function runReplicateProgram(major: ReplicateMajor, capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = new ReplicateInstrumentation({ enabled: false, capture });
  recordWith(recorder, instrumentation);
  const server = await startModelServer();
  try {
    const Client = await loadReplicate(major);
    instrumentation.instrumentModule(Client);
    const client = new Client({ auth: "unused", baseUrl: server.url, useFileOutput: false });
    for (const call of replicateCalls) await call.run(client, major);
  } finally {
    instrumentation.disable();
    await server.close();
  }
  return recorder;
}

export const programs: readonly TestProgram[] = replicateMajors.map((major) => ({
  library: "replicate",
  version: major.endsWith("-v0") ? "0" : "1",
  run: (capture) => runReplicateProgram(major, capture),
}));
