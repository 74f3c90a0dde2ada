import type { Ingest, IngestStats } from "@genscope/collector";
import { createIngest, createMaskingChain, createTelemetry, maskedCounts } from "@genscope/collector";
import type { Status } from "@genscope/server/contract";
import type { Journal } from "@genscope/journal";
import {
  createByteBudget,
  createGrpcReceiver,
  createHttpReceiver,
  ListenError,
  whoListens,
} from "@genscope/otlp/receiver";
import type { Receiver } from "@genscope/otlp/receiver";
import type { UpConfig } from "./settings.ts";
import { CommandError } from "./terminal.ts";

/** What fills the store's journal: receivers of its own, or a collector's pipelines. */
export interface Intake {
  readonly endpoints: { readonly http: string | null; readonly grpc: string | null };
  stats(): IngestStats;
  /** Values by rule; null if nothing masks. */
  masked(): Record<string, number> | null;
  /** What a collector runs; null where there is none. */
  pipelines(): Status["pipelines"];
  /** Requests that never came as far as to be read, by reason. */
  readonly receivers: readonly Pick<Receiver, "counters">[];
  /** Takes no more, and sees what was taken through to the journal. */
  stop(): Promise<void>;
}

/** Runs what opens a port, and says for one that is taken by whom and which flag moves it. */
export async function onPort<T>(flag: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    if (error.reason === "port-in-use") {
      throw new CommandError(`${await takenPort(error)}. Choose another with ${flag}.`, { cause: error });
    }
    const remedy = error.reason === "key-required" ? " (--api-key or GENSCOPE_API_KEY)" : ` (see --host and ${flag})`;
    throw new CommandError(`${error.message}${remedy}`, { cause: error });
  }
}

/** Who has a port, as far as it can be found out. */
export async function takenPort({ port }: ListenError): Promise<string> {
  const by = await whoListens(port);
  return `port ${port} is taken${by === undefined ? "" : ` by pid ${by.pid} (${by.command})`}`;
}

/** Both receivers of `genscope up`, straight into the store's journal. */
export async function startReceivers(
  config: UpConfig,
  journal: Journal,
  onNote: (text: string) => void,
): Promise<Intake> {
  if (config.requireMasking && !config.mask) {
    throw new CommandError("nothing masks what is written, and --require-masking is set: start with --mask");
  }
  const telemetry = createTelemetry();
  const chain = config.mask ? { chain: createMaskingChain(telemetry) } : {};
  const ingest: Ingest = createIngest({ targets: () => [{ ...chain, journal }] });
  const common = {
    host: config.host,
    sink: ingest.sink,
    budget: createByteBudget(),
    apiKeys: config.apiKey === undefined ? [] : [config.apiKey],
    onInternalError: (error: unknown) =>
      onNote(`a request failed: ${error instanceof Error ? error.message : String(error)}`),
  };
  const allowedHosts = config.allowedHosts.length === 0 ? {} : { allowedHosts: config.allowedHosts };
  await using open = new AsyncDisposableStack();
  const http = open.use(
    await onPort("--http-port", () =>
      createHttpReceiver({ ...common, ...allowedHosts, port: config.httpPort, corsOrigins: config.corsOrigins }),
    ),
  );
  const grpc = open.use(await onPort("--grpc-port", () => createGrpcReceiver({ ...common, port: config.grpcPort })));
  const held = open.move();
  return {
    endpoints: { http: http.url, grpc: grpc.url },
    receivers: [http, grpc],
    stats: () => ingest.stats(),
    pipelines: () => null,
    masked: () => (config.mask ? maskedCounts(telemetry) : null),
    stop: () => held.disposeAsync(),
  };
}
