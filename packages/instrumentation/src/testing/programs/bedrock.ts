import { startModelServer } from "@genscope/example-model-server";
import { BedrockInstrumentation } from "../../bedrock/index.ts";
import { bedrockCalls, bedrockClient, bedrockPackages, loadBedrock } from "../bedrock-calls.ts";
import { createRecorder, recordWith } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";

const versions = { "@aws-sdk/client-bedrock-runtime": "3.1164", "@aws-sdk/client-bedrock-runtime-previous": "3.999" };

export const programs: readonly TestProgram[] = bedrockPackages.map((name) => ({
  library: "@aws-sdk/client-bedrock-runtime",
  version: versions[name],
  async run(capture) {
    const recorder = createRecorder();
    const instrumentation = new BedrockInstrumentation({ enabled: false, capture });
    recordWith(recorder, instrumentation);
    const server = await startModelServer();
    const module = await loadBedrock(name);
    const client = bedrockClient(module, server.url);
    try {
      instrumentation.instrumentModule(module);
      for (const call of bedrockCalls) await call.run(client, module);
    } finally {
      client.destroy();
      instrumentation.disable();
      await server.close();
    }
    return recorder;
  },
}));
