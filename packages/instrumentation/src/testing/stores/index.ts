import { httpStores } from "./http-stores.ts";
import { lanceDbStores } from "./lancedb-stores.ts";
import { milvusStores } from "./milvus-stores.ts";
import { postgresStores } from "./postgres-stores.ts";
import { redisStores } from "./redis-stores.ts";
import type { VectorStore } from "./store.ts";
import { weaviateStores } from "./weaviate-stores.ts";

/** Every way to search that is instrumented, by library and version. */
export const vectorStores: readonly VectorStore[] = [
  ...httpStores,
  ...lanceDbStores,
  ...milvusStores,
  ...postgresStores,
  ...redisStores,
  ...weaviateStores,
];
