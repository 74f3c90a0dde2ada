import { join } from "node:path";
import type { Journal } from "@genscope/journal";
import { createServer } from "@genscope/server";
import { pricingOf } from "@genscope/collector";
import { createLoader, openStore } from "@genscope/store";
import { type Intake, onPort, startReceivers } from "./intake.ts";
import { openJournalIn } from "./open-journal-in.ts";
import { prepareDataDir, removeRunFile, writeRunFile } from "./data-dir.ts";
import type { UpConfig } from "./settings.ts";
import { statusOf } from "./status-of.ts";
import { webRoot } from "./web-root.ts";

/** Addresses to look at and to send to. */
export interface Endpoints {
  readonly ui: string;
  readonly http: string | null;
  readonly grpc: string | null;
}

export interface StopReport {
  readonly stored: { spans: number; logs: number; points: number };
  /** Bytes in the journal that the store has not taken; the next start stores them. */
  readonly unstoredBytes: number;
}

/** A running Genscope. */
export interface Genscope {
  readonly endpoints: Endpoints;
  /** Milliseconds from the call to open ports. */
  readonly startMs: number;
  /** Takes no more data, stores what the journal holds for up to `drainMs` (10 s), and lets go of everything. */
  stop(options?: { readonly drainMs?: number }): Promise<StopReport>;
}

export interface RuntimeOptions {
  /** Told in a sentence what a person at the terminal should know. */
  readonly onNote?: (text: string) => void;
  /** What fills the journal; the receivers of `up` if not given. */
  readonly startIntake?: (journal: Journal) => Promise<Intake>;
}

const defaultDrainMs = 10_000;

/**
 * Starts receivers, journal, store and API in this process, the engine in its own. Resolves as soon as the ports are open: data is safe from then on,
 * and the store catches up when its engine is ready. Throws a {@link CommandError} that names the remedy.
 */
export async function startGenscope(config: UpConfig, options: RuntimeOptions = {}): Promise<Genscope> {
  const startedAt = new Date();
  const begun = performance.now();
  const onNote = options.onNote ?? ((): void => {});
  await using open = new AsyncDisposableStack();

  const pricing = pricingOf(config.prices);
  await prepareDataDir(config.data);
  const journal = open.use(await openJournalIn(config, onNote));
  open.defer(() => removeRunFile(config.data));

  const store = open.use(
    await openStore({
      dataDir: join(config.data, "store"),
      retentionDays: config.retentionDays,
      retentionBytes: config.retentionBytes,
      ...(config.storeUrl === undefined ? {} : { url: config.storeUrl }),
      onEvent: (event) => {
        if (event.kind === "crashed" || event.kind === "restarting") onNote(event.message);
      },
    }),
  );
  const loader = open.use(
    createLoader({
      store,
      consumer: await journal.consumer("store"),
      deadLetterDir: join(config.data, "dead-letter"),
      pricing,
    }),
  );
  const intake = await (options.startIntake ?? ((into) => startReceivers(config, into, onNote)))(journal);
  open.defer(() => intake.stop());

  const endpoints = { ...intake.endpoints, ui: "" };
  const allowedHosts = config.allowedHosts.length === 0 ? {} : { allowedHosts: config.allowedHosts };
  const server = await onPort("--port", () =>
    createServer({
      host: config.host,
      port: config.port,
      store,
      loader,
      webRoot,
      ...allowedHosts,
      ...(config.apiKey === undefined ? {} : { apiKey: config.apiKey }),
      status: () => statusOf({ config, endpoints, startedAt, journal, intake, loader: loader.stats() }),
    }),
  );
  open.defer(() => server.close());
  endpoints.ui = server.url;

  await writeRunFile(config.data, { pid: process.pid, url: server.url, startedAt: startedAt.toISOString() });
  const held = open.move();

  return {
    endpoints,
    startMs: performance.now() - begun,
    async stop({ drainMs = defaultDrainMs } = {}) {
      await intake.stop();
      await loader.drained(AbortSignal.timeout(drainMs)).catch(() => {});
      const { loadedSpans, loadedLogs, loadedPoints, lagBytes } = loader.stats();
      await held.disposeAsync();
      return { stored: { spans: loadedSpans, logs: loadedLogs, points: loadedPoints }, unstoredBytes: lagBytes };
    },
  };
}
