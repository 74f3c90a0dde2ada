import { startModelServer } from "@genscope/example-model-server";
import { ClaudeAgentInstrumentation } from "../../claude-agent/index.ts";
import { claudeRuns, type ClaudeSdk, type ClaudeVersion, claudeVersions } from "../claude-runs.ts";
import { createRecorder, type Recorder, recordWith } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";

/** Two runs only: each takes a process, and seconds. */
async function runClaudeProgram(version: ClaudeVersion, capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = new ClaudeAgentInstrumentation({ enabled: false, alreadyLoaded: false, capture });
  recordWith(recorder, instrumentation);
  const server = await startModelServer();
  try {
    instrumentation.enable();
    await using program = await claudeRuns((await import(version)) as ClaudeSdk, server.url);
    await Promise.all(["streamed", "a model that fails"].map(async (name) => program.runs[name]?.()));
  } finally {
    instrumentation.disable();
    await server.close();
  }
  return recorder;
}

export const programs: readonly TestProgram[] = claudeVersions.map((version) => ({
  library: "@anthropic-ai/claude-agent-sdk",
  version:
    version === "@anthropic-ai/claude-agent-sdk" ? "0.3" : version.slice("@anthropic-ai/claude-agent-sdk-v".length),
  run: (capture) => runClaudeProgram(version, capture),
}));
