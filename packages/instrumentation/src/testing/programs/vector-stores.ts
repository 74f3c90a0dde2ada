import * as elastic from "@elastic/elasticsearch";
import * as pinecone from "@pinecone-database/pinecone";
import * as qdrant from "@qdrant/js-client-rest";
import { ElasticsearchInstrumentation } from "../../elasticsearch/index.ts";
import type { InstrumentationOptions, LibraryInstrumentation } from "../../instrumentation.ts";
import { PineconeInstrumentation } from "../../pinecone/index.ts";
import { QdrantInstrumentation } from "../../qdrant/index.ts";
import { createRecorder, type Recorder } from "../recorder.ts";
import type { TestProgram } from "../test-program.ts";
import { startVectorServer } from "../vector-server.ts";

interface Store {
  readonly library: string;
  readonly version: string;
  readonly instrumentation: (options: InstrumentationOptions) => LibraryInstrumentation<InstrumentationOptions>;
  readonly module: unknown;
  readonly run: (url: string) => Promise<unknown>;
}

const stores: readonly Store[] = [
  {
    library: "@elastic/elasticsearch",
    version: "9",
    instrumentation: (options) => new ElasticsearchInstrumentation(options),
    module: elastic,
    run: (node) =>
      new elastic.Client({ node }).search({
        index: "manual",
        knn: { field: "embedding", query_vector: [1, 0], k: 2, num_candidates: 10 },
      }),
  },
  {
    library: "@pinecone-database/pinecone",
    version: "9",
    instrumentation: (options) => new PineconeInstrumentation(options),
    module: pinecone,
    run: async (host) => {
      const index = new pinecone.Pinecone({ apiKey: "unused" }).index({ name: "manual", host });
      await index.query({ vector: [1, 0], topK: 2, includeMetadata: true });
      await index.searchRecords({ query: { topK: 2, inputs: { text: "which button?" } } });
    },
  },
  {
    library: "@qdrant/js-client-rest",
    version: "1",
    instrumentation: (options) => new QdrantInstrumentation(options),
    module: qdrant,
    run: (url) =>
      new qdrant.QdrantClient({ url, checkCompatibility: false }).query("manual", {
        query: [1, 0],
        limit: 2,
        with_payload: true,
      }),
  },
];

async function runStore(store: Store, capture: "none" | "both"): Promise<Recorder> {
  const recorder = createRecorder();
  const instrumentation = store.instrumentation({ enabled: false, capture });
  instrumentation.setTracerProvider(recorder.tracerProvider);
  instrumentation.setMeterProvider(recorder.meterProvider);
  instrumentation.setLoggerProvider(recorder.loggerProvider);
  const server = await startVectorServer();
  try {
    instrumentation.instrumentModule(store.module);
    await store.run(server.url);
  } finally {
    instrumentation.disable();
    await server.close();
  }
  return recorder;
}

export const programs: readonly TestProgram[] = stores.map((store) => ({
  library: store.library,
  version: store.version,
  run: (capture) => runStore(store, capture),
}));
