import type { IndexedPath, Path, PathTable } from "./field.ts";

/**
 * What the Collector knows of the connection data came over. A batch here has no such thing: it may be replayed from the journal long after the connection is
 * gone. So the paths are understood, read as nil, and cannot be set.
 */
const absent: Path = () => ({ get: () => null });
const absentMap: IndexedPath = { indexed: absent };

export const otelcolPaths: PathTable = {
  "client.addr": absent,
  "client.metadata": absentMap,
  "client.auth.attributes": absentMap,
  "grpc.metadata": absentMap,
};
