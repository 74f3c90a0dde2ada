import { createRecorder, type Recorder, recordWith } from "../recorder.ts";
import { vectorStores } from "../stores/index.ts";
import type { VectorStore } from "../stores/store.ts";
import type { TestProgram } from "../test-program.ts";

async function runStores(stores: readonly VectorStore[], capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  for (const vectorStore of stores) {
    const instrumentation = vectorStore.instrumentation({ enabled: false, capture });
    recordWith(recorder, instrumentation);
    await using store = await vectorStore.open();
    try {
      instrumentation.instrumentModule(vectorStore.module);
      await store.search();
    } finally {
      instrumentation.disable();
    }
  }
  return recorder;
}

const byVersion = Map.groupBy(vectorStores, ({ library, version }) => `${library} ${version}`);

export const programs: readonly TestProgram[] = [...byVersion.values()].map((stores) => ({
  library: stores[0]!.library,
  version: stores[0]!.version,
  run: (capture) => runStores(stores, capture),
}));
