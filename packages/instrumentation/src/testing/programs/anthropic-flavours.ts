import { startModelServer } from "@genscope/example-model-server";
import { AnthropicInstrumentation } from "../../anthropic/index.ts";
import { type AnthropicFlavour, anthropicFlavours, flavourCalls, loadFlavour } from "../anthropic-flavours.ts";
import { createRecorder, recordWith, type Recorder } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";

async function runFlavourProgram(flavour: AnthropicFlavour, capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = recordWith(recorder, new AnthropicInstrumentation({ capture, alreadyLoaded: false }));
  const server = await startModelServer();
  try {
    const client = flavour.create(await loadFlavour(flavour.package), new URL(server.url).origin);
    for (const call of flavourCalls) await call.run(client, flavour.model);
  } finally {
    instrumentation.disable();
    await server.close();
  }
  return recorder;
}

export const programs: readonly TestProgram[] = anthropicFlavours.map((flavour) => ({
  library: flavour.library,
  version: flavour.version,
  run: (capture) => runFlavourProgram(flavour, capture),
}));
