import { startModelServer } from "@genscope/example-model-server";
import { VoyageInstrumentation } from "../../voyage/index.ts";
import { createRecorder, recordWith, type Recorder } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";
import { createVoyage, loadVoyage, voyageCalls, type VoyageVersion, voyageVersions } from "../voyage-calls.ts";

async function runVoyageProgram(version: VoyageVersion, capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = recordWith(recorder, new VoyageInstrumentation({ enabled: false, capture }));
  const server = await startModelServer();
  try {
    const module = await loadVoyage(version);
    instrumentation.instrumentModule(module);
    const client = createVoyage(module, new URL(server.url).origin);
    for (const call of voyageCalls) await call.run(client);
  } finally {
    instrumentation.disable();
    await server.close();
  }
  return recorder;
}

export const programs: readonly TestProgram[] = voyageVersions.map((version) => ({
  library: "voyageai",
  version: version.endsWith("-v0.3") ? "0.3" : "0.4",
  run: (capture) => runVoyageProgram(version, capture),
}));
