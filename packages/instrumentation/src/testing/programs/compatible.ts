import { startModelServer } from "@genscope/example-model-server";
import { type CompatibleClient, compatibleCalls, compatibleClients, loadCompatible } from "../compatible-clients.ts";
import { createRecorder, type Recorder, recordWith } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";

async function runCompatibleProgram(library: CompatibleClient, capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = library.instrumentation({ enabled: false, capture });
  recordWith(recorder, instrumentation);
  const server = await startModelServer();
  try {
    const Client = await loadCompatible(library.package);
    instrumentation.instrumentModule(Client);
    const baseURL = `${new URL(server.url).origin}${library.basePath}`;
    const client = new Client({ baseURL, apiKey: "unused", maxRetries: 0 });
    for (const call of compatibleCalls) await call.run(client);
    await client.embeddings.create({ model: "text-embedding-3-small", input: "x", encoding_format: "float" });
  } finally {
    instrumentation.disable();
    await server.close();
  }
  return recorder;
}

export const programs: readonly TestProgram[] = compatibleClients.map((client) => ({
  library: client.library,
  version: client.version,
  run: (capture) => runCompatibleProgram(client, capture),
}));
