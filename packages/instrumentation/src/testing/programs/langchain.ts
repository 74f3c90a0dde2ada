import { startModelServer } from "@genscope/example-model-server";
import { LangChainInstrumentation } from "../../langchain/index.ts";
import {
  instrumentedModules,
  langChainAgentRuns,
  langChainRuns,
  type LangChainVersion,
  langChainVersions,
  loadLangChain,
} from "../langchain-runs.ts";
import { createRecorder, type Recorder, recordWith } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";

async function runLangChainProgram(version: LangChainVersion, capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = new LangChainInstrumentation({ enabled: false, capture });
  recordWith(recorder, instrumentation);
  const server = await startModelServer();
  try {
    const modules = await loadLangChain(version);
    for (const module of instrumentedModules(modules)) instrumentation.instrumentModule(module);
    const agents = version === "1" ? langChainAgentRuns(server.url).runs : {};
    for (const run of Object.values({ ...langChainRuns(modules, server.url).runs, ...agents })) await run();
  } finally {
    instrumentation.disable();
    await server.close();
  }
  return recorder;
}

export const programs: readonly TestProgram[] = langChainVersions.map((version) => ({
  library: "@langchain/core, @langchain/langgraph",
  version: version === "1" ? version : `${version}, 0.4`,
  run: (capture) => runLangChainProgram(version, capture),
}));
