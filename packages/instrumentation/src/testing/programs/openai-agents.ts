import { startModelServer } from "@genscope/example-model-server";
import OpenAI from "openai";
import { OpenAIAgentsInstrumentation } from "../../openai-agents/index.ts";
import { OpenAIInstrumentation } from "../../openai/index.ts";
import { type AgentsVersion, agentsRuns, agentsVersions } from "../agents-runs.ts";
import { createRecorder, type Recorder, recordWith } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";

/** Every run twice: by itself, and with the calls to models recorded by their own library. */
async function runAgentsProgram(version: AgentsVersion, capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const agents = new OpenAIAgentsInstrumentation({ enabled: false, capture });
  const openai = new OpenAIInstrumentation({ enabled: false, capture });
  for (const one of [agents, openai]) {
    recordWith(recorder, one);
  }
  const server = await startModelServer();
  try {
    const { runs } = await agentsRuns(version, server.url);
    // of all copies the first that traces serves the others, too
    for (const copy of agentsVersions) agents.instrumentModule(await import(copy));
    for (const run of Object.values(runs)) await run();
    openai.instrumentModule(OpenAI);
    for (const run of Object.values(runs)) await run();
  } finally {
    agents.disable();
    openai.disable();
    await server.close();
  }
  return recorder;
}

export const programs: readonly TestProgram[] = agentsVersions.map((version) => ({
  library: "@openai/agents",
  version: version === "@openai/agents" ? "0.20" : version.slice("@openai/agents-v".length),
  run: (capture) => runAgentsProgram(version, capture),
}));
