import { startModelServer } from "@genscope/example-model-server";
import { VercelAiInstrumentation } from "../../vercel-ai/index.ts";
import { legacyAiRuns, type LegacyAiVersion, legacyAiVersions } from "../ai-legacy-runs.ts";
import { aiModule, aiRuns } from "../ai-runs.ts";
import { createRecorder, type Recorder, recordWith } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";

async function runAiProgram(capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = new VercelAiInstrumentation({ enabled: false, capture });
  recordWith(recorder, instrumentation);
  const server = await startModelServer();
  try {
    instrumentation.instrumentModule(aiModule);
    for (const run of Object.values(aiRuns(server.url).runs)) await run();
  } finally {
    instrumentation.disable();
    await server.close();
  }
  return recorder;
}

async function runLegacyProgram(version: LegacyAiVersion, capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = new VercelAiInstrumentation({ enabled: false, alreadyLoaded: false, capture });
  recordWith(recorder, instrumentation);
  const server = await startModelServer();
  try {
    instrumentation.enable();
    const { runs } = await legacyAiRuns(version, server.url);
    for (const [name, run] of Object.entries(runs)) if (!name.startsWith("stream that is")) await run();
  } finally {
    instrumentation.disable();
    await server.close();
  }
  return recorder;
}

export const programs: readonly TestProgram[] = [
  ...(Object.keys(legacyAiVersions) as LegacyAiVersion[]).map((version) => ({
    library: "ai",
    version: version.slice("ai-v".length),
    run: (capture: "none" | "both") => runLegacyProgram(version, capture),
  })),
  { library: "ai", version: "7", run: runAiProgram },
];
