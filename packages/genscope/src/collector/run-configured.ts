import {
  Catalogue,
  type Collector,
  type Config,
  maskedCounts,
  type PipelinesState,
  startCollector,
} from "@genscope/collector";
import type { Status } from "@genscope/server/contract";
import type { Journal } from "@genscope/journal";
import { JournalError } from "@genscope/journal";
import { ListenError } from "@genscope/otlp/receiver";
import { prepareDataDir } from "../data-dir.ts";
import { type Intake, takenPort } from "../intake.ts";
import type { Genscope } from "../runtime.ts";
import type { UpConfig } from "../settings.ts";
import { CommandError } from "../terminal.ts";
import { genscopeExporter } from "./genscope-exporter.ts";
import { type CollectorFiles, loadCollectorConfig } from "./load-collector-config.ts";

export interface ConfiguredOptions {
  readonly files: CollectorFiles;
  readonly settings: UpConfig;
  readonly isStrict: boolean;
  /** Whether store and UI run though no pipeline has the exporter `genscope`. */
  readonly withStore: boolean;
  readonly onNote: (text: string) => void;
}

/** A collector that runs what files say, with a store if it exports to one. */
export interface Configured {
  readonly collector: Collector;
  readonly config: Config;
  readonly store: Genscope | undefined;
  readonly startMs: number;
  /** Reads the files again. What is wrong with them is noted, and what ran goes on. */
  reload(): Promise<void>;
  stop(): Promise<void>;
  /** What the journals still hold, once stopped. */
  leftBytes(): number;
}

function usesStore({ components, pipelines }: Config): boolean {
  return [...components.exporters.values()].some(
    ({ id, component }) => component.type === "genscope" && pipelines.some(({ exporters }) => exporters.includes(id)),
  );
}

/** Starts it. Throws a {@link CommandError} that says what is wrong and where. */
export async function startConfigured(options: ConfiguredOptions): Promise<Configured> {
  const begun = performance.now();
  const { files, settings, onNote, withStore } = options;
  let journal: Journal | undefined;
  const catalogue = new Catalogue([genscopeExporter(() => journal)]);
  let { config } = await loadCollectorConfig(files, catalogue);
  for (const warning of config.warnings) onNote(warning);
  await prepareDataDir(settings.data);

  let collector: Collector | undefined;
  let store: Genscope | undefined;
  let unstoredBytes = 0;
  if (usesStore(config) || withStore) {
    if (!usesStore(config)) onNote('no pipeline has the exporter "genscope": nothing comes into the store');
    // a collector without a store does without its code
    const { startGenscope } = await import("../runtime.ts");
    store = await startGenscope(settings, {
      onNote,
      startIntake: async (into) => {
        journal = into;
        collector = await start(options, config, catalogue);
        return intakeOf(collector);
      },
    });
  }
  const running = collector ?? (await start(options, config, catalogue));

  return {
    collector: running,
    get config() {
      return config;
    },
    store,
    startMs: performance.now() - begun,
    async reload() {
      try {
        const { config: next } = await loadCollectorConfig(files, catalogue);
        if (usesStore(next) && journal === undefined) {
          throw new CommandError(
            'the exporter "genscope" needs a store, which is started with the process: start it again',
          );
        }
        await running.reload(next);
        config = next;
        for (const warning of next.warnings) onNote(warning);
        onNote("the new configuration runs.");
      } catch (error) {
        onNote(
          `the new configuration is not used, the old one goes on: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    },
    async stop() {
      if (store === undefined) await running.stop();
      else unstoredBytes = (await store.stop()).unstoredBytes;
    },
    leftBytes: () => running.lagBytes + unstoredBytes,
  };
}

async function start(options: ConfiguredOptions, config: Config, catalogue: Catalogue): Promise<Collector> {
  const { settings, isStrict, onNote } = options;
  try {
    return await startCollector({
      config,
      catalogue,
      dataDir: settings.data,
      isStrict,
      masking: settings.mask ? "add" : settings.requireMasking ? "require" : "warn",
      journalMaxBytes: settings.journalMaxBytes,
      durability: settings.durability,
      onWarning: onNote,
    });
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (cause instanceof ListenError && error instanceof Error) {
      const why = cause.reason === "port-in-use" ? await takenPort(cause) : cause.message;
      throw new CommandError(error.message.replace(cause.message, why), { cause: error });
    }
    if (error instanceof JournalError && error.code === "locked") {
      throw new CommandError(
        `a collector is already running on ${settings.data}: ${error.message}. Give this one a directory of its own with --data.`,
        {
          cause: error,
        },
      );
    }
    throw error;
  }
}

/** The status page's view of a collector. */
function intakeOf(collector: Collector): Intake {
  const urlOf = (protocol: string): string | null =>
    collector.endpoints.find((one) => one.protocol === protocol)?.url ?? null;
  const count = (what: string): number =>
    collector.telemetry
      .read()
      .filter(({ name }) => name === `otelcol_receiver_${what}`)
      .reduce((sum, { value }) => sum + (typeof value === "number" ? value : 0), 0);
  const items = (what: string): { spans: number; logs: number; points: number } => ({
    spans: count(`${what}_spans`),
    logs: count(`${what}_log_records`),
    points: count(`${what}_metric_points`),
  });
  return {
    endpoints: { http: urlOf("OTLP/HTTP"), grpc: urlOf("OTLP/gRPC") },
    receivers: [],
    stats() {
      const accepted = items("accepted");
      const refused = items("refused");
      return {
        received: {
          spans: accepted.spans + refused.spans,
          logs: accepted.logs + refused.logs,
          points: accepted.points + refused.points,
        },
        journaled: accepted,
        rejected: { refused: refused.spans + refused.logs + refused.points },
      };
    },
    masked: () => (collector.isMasking ? maskedCounts(collector.telemetry) : null),
    pipelines: () => toStatus(collector.state()),
    stop: () => collector.stop(),
  };
}

/** A copy that is the reader's own. */
function toStatus({ notReady, pipelines, components, queues, warnings }: PipelinesState): Status["pipelines"] {
  return {
    notReady,
    pipelines: pipelines.map(({ receivers, processors, exporters, ...one }) => ({
      ...one,
      receivers: [...receivers],
      processors: [...processors],
      exporters: [...exporters],
    })),
    components: [...components],
    queues: [...queues],
    warnings: [...warnings],
  };
}
