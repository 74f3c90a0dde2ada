import { join } from "node:path";
import { type SenderCheck, ListenError, type ReceivedRequest, type RequestSink } from "@genscope/otlp/receiver";
import type { Catalogue } from "./catalogue.ts";
import type { Config, ConfiguredComponent } from "./config/parse-config.ts";
import { metricsEndpoints } from "./config/telemetry-config.ts";
import type { Extension } from "./extensions/extension.ts";
import { applyMaskingRule, type MaskingRule } from "./graph/apply-masking-rule.ts";
import { createIngest, type IngestTarget } from "./graph/ingest.ts";
import { itemsOf } from "./graph/signals.ts";
import { type Graph, type NamedUrl, startGraph } from "./graph/start-graph.ts";
import { type Counter, createTelemetry, type Telemetry } from "./graph/telemetry.ts";
import { sharePrices } from "./prices/metering-prices.ts";
import { genAiMaskingComponent } from "./processors/genai-masking/index.ts";
import type { CollectorReceiver, ReceiverEndpoint } from "./receivers/receiver.ts";
import { componentStates, type PipelinesState, pipelineStates } from "./telemetry/pipelines-state.ts";
import { createWarnings, type Warnings } from "./telemetry/warnings.ts";
import { addProcessMetrics } from "./telemetry/process-metrics.ts";
import { serveMetrics } from "./telemetry/serve-metrics.ts";

export interface CollectorOptions {
  readonly config: Config;
  readonly catalogue: Catalogue;
  /** Journals and the files of stages are below it. */
  readonly dataDir: string;
  /** In the order of the file, with the Collector's bounds, where they differ. */
  readonly isStrict?: boolean;
  /** Where nothing masks what is written to disk; `warn` if not given. */
  readonly masking?: MaskingRule;
  /** Of each journal; 2 GiB if not given. */
  readonly journalMaxBytes?: number;
  readonly durability?: "process" | "disk";
  /** Told what a person should know, each thing once. */
  readonly onWarning?: (message: string) => void;
  readonly now?: () => number;
}

export interface CollectorEndpoint extends ReceiverEndpoint {
  readonly receiver: string;
}

/** A running configuration. */
export interface Collector {
  readonly endpoints: readonly CollectorEndpoint[];
  /** Where its own metrics are. */
  readonly metricsUrls: readonly string[];
  /** Where extensions and exporters listen. */
  readonly urls: readonly NamedUrl[];
  readonly telemetry: Telemetry;
  /** Whether `genai_masking` is in a pipeline. */
  readonly isMasking: boolean;
  /** What runs and how it goes, for people who look. */
  state(): PipelinesState;
  /** Bytes in journals that nobody has handled yet. */
  readonly lagBytes: number;
  /**
   * Goes on with another configuration. Receivers that stay as they are keep their ports, and requests wait until the new pipelines run. Rejects, and
   * goes on with the old one, if the new one cannot run.
   */
  reload(config: Config): Promise<void>;
  /** Takes no more data, exports what there is for up to `drainMs` (10 s), and lets go. What is left is exported by the next start. */
  stop(options?: { readonly drainMs?: number }): Promise<void>;
}

const defaultDrainMs = 10_000;
const defaultJournalBytes = 2 * 1024 ** 3;

/** Starts what a configuration says. Rejects with a `ListenError`, a `JournalError`, or an Error of a component that names it. */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const telemetry = createTelemetry();
  addProcessMetrics(telemetry);
  const collector = new RunningCollector(options, telemetry);
  await collector.start();
  return collector;
}

interface RunningReceiver {
  readonly key: string;
  readonly id: string;
  readonly receiver: CollectorReceiver;
}

class RunningCollector implements Collector {
  readonly telemetry: Telemetry;
  readonly #options: CollectorOptions;
  readonly #warnings: Warnings;
  readonly #inHand = new Set<Promise<unknown>>();
  /** As it was written, and as it runs. */
  #config: Config;
  #running: Config;
  #graph: Graph | undefined;
  #sinks: ReadonlyMap<string, RequestSink> = new Map();
  /** Resolves when requests can be taken. */
  #open: Promise<void> = Promise.resolve();
  #extensions = new Map<string, Extension>();
  #beside = new AsyncDisposableStack();
  #receivers: RunningReceiver[] = [];
  #leftBytes = 0;
  #notReady: string | undefined = "starting";
  metricsUrls: readonly string[] = [];

  constructor(options: CollectorOptions, telemetry: Telemetry) {
    this.#options = options;
    this.#config = options.config;
    this.#running = options.config;
    this.telemetry = telemetry;
    this.#warnings = createWarnings(options.now ?? Date.now);
    for (const name of ["notReady", "pipelines", "components", "queues", "warnings"] as const) {
      telemetry.show("pipelinez", name, () => this.state()[name]);
    }
  }

  state(): PipelinesState {
    return {
      notReady: this.#notReady ?? this.#graph?.failures[0] ?? null,
      pipelines: pipelineStates(this.#running),
      components: componentStates(this.telemetry),
      queues: this.#graph?.queues() ?? [],
      warnings: this.#warnings.recent(),
    };
  }

  get endpoints(): readonly CollectorEndpoint[] {
    return this.#receivers.flatMap(({ id, receiver }) => receiver.endpoints.map((one) => ({ receiver: id, ...one })));
  }

  get urls(): readonly NamedUrl[] {
    const extensions = [...this.#extensions].flatMap(([id, { url }]) => (url === undefined ? [] : [{ id, url }]));
    return [...extensions, ...(this.#graph?.urls ?? [])];
  }

  get isMasking(): boolean {
    const { components, pipelines } = this.#running;
    return pipelines.some(({ processors }) =>
      processors.some((id) => components.processors.get(id)?.component === genAiMaskingComponent),
    );
  }

  get lagBytes(): number {
    return this.#graph?.lagBytes() ?? this.#leftBytes;
  }

  readonly #warn = (message: string): void => {
    if (this.#warnings.add(message)) this.#options.onWarning?.(message);
  };

  async start(): Promise<void> {
    try {
      await this.#begin(this.#options.config);
    } catch (error) {
      await this.#closeReceivers(() => false);
      await this.#end(0);
      throw error;
    }
  }

  async #begin(written: Config): Promise<void> {
    const { catalogue, dataDir, isStrict = false, masking = "warn", durability = "process" } = this.#options;
    this.#config = written;
    const config = sharePrices(applyMaskingRule(written, catalogue, masking, this.#warn));
    this.#running = config;
    await this.#startExtensions(config);
    await this.#serveMetrics(config);
    this.#graph = await startGraph({
      config,
      catalogue,
      dir: join(dataDir, "collector"),
      isStrict,
      journalMaxBytes: this.#options.journalMaxBytes ?? defaultJournalBytes,
      durability,
      telemetry: this.telemetry,
      warn: this.#warn,
      now: this.#options.now ?? Date.now,
      extension: (id) => this.#extension(id),
    });
    this.#sinks = this.#sinksOf(config, this.#graph);
    await this.#startReceivers(config);
    this.#notReady = undefined;
  }

  #extension(id: string): Extension {
    const found = this.#extensions.get(id);
    if (found === undefined) throw new Error(`extension "${id}" is not among service::extensions`);
    return found;
  }

  #authenticate(id: string): SenderCheck {
    const { authenticate } = this.#extension(id);
    if (authenticate === undefined) throw new Error(`extension "${id}" does not authenticate senders`);
    return authenticate;
  }

  async #startExtensions(config: Config): Promise<void> {
    for (const id of config.extensions) {
      const { component, config: own } = config.components.extensions.get(id)!;
      const entry = this.#options.catalogue.entryOf(component);
      if (entry.role !== "extension") throw new Error(`extension "${id}" has no factory`);
      const made = await named(`extension "${id}"`, () =>
        entry.make(own, {
          id,
          telemetry: this.telemetry,
          warn: this.#warn,
          notReady: () => this.state().notReady ?? undefined,
          state: () => this.state(),
        }),
      );
      this.#extensions.set(id, this.#beside.use(made));
    }
  }

  async #serveMetrics(config: Config): Promise<void> {
    const urls: string[] = [];
    for (const endpoint of metricsEndpoints(config.telemetry)) {
      try {
        urls.push(this.#beside.use(await serveMetrics(this.telemetry, endpoint)).url);
      } catch (error) {
        if (!(error instanceof ListenError)) throw error;
        if (endpoint.isConfigured) throw new Error(`service::telemetry::metrics: ${error.message}`, { cause: error });
        this.#warn(
          `the collector's own metrics are not served: ${error.message} (service::telemetry::metrics moves them)`,
        );
      }
    }
    this.metricsUrls = urls;
  }

  #sinksOf(config: Config, graph: Graph): ReadonlyMap<string, RequestSink> {
    return new Map(
      usedReceivers(config).map(({ id }) => {
        const targets: Record<number, readonly IngestTarget[]> = {};
        const { sink } = createIngest({
          targets: (signal) => (targets[signal] ??= graph.targets(id, signal)),
          recent: graph.recent,
          onOutcome: this.#outcomesOf(id),
        });
        return [id, sink] as const;
      }),
    );
  }

  #outcomesOf(receiver: string): (request: ReceivedRequest, accepted: number, refused: number) => void {
    const counters = new Map<string, Record<number, { readonly accepted: Counter; readonly refused: Counter }>>();
    const made = (
      signal: ReceivedRequest["signal"],
      transport: string,
    ): { readonly accepted: Counter; readonly refused: Counter } => {
      const counter = (what: string): Counter =>
        this.telemetry.counter(`otelcol_receiver_${what}_${itemsOf[signal]}`, { receiver, transport });
      return { accepted: counter("accepted"), refused: counter("refused") };
    };
    return ({ signal, transport }, accepted, refused) => {
      let ofTransport = counters.get(transport);
      if (ofTransport === undefined) counters.set(transport, (ofTransport = {}));
      const counted = (ofTransport[signal] ??= made(signal, transport));
      counted.accepted.add(accepted);
      counted.refused.add(refused);
    };
  }

  async #startReceivers(config: Config): Promise<void> {
    for (const { id, component, config: own } of usedReceivers(config)) {
      const key = keyOf(id, own);
      if (this.#receivers.some((running) => running.key === key)) continue;
      const entry = this.#options.catalogue.entryOf(component);
      if (entry.role !== "receiver") throw new Error(`receiver "${id}" has no factory`);
      const receiver = await named(`receiver "${id}"`, () =>
        entry.make(own, {
          id,
          sink: (request) => this.#take(id, request),
          telemetry: this.telemetry,
          warn: this.#warn,
          authenticator: (extensionId) => {
            this.#authenticate(extensionId);
            // asked for anew each time: the receiver may outlive the extension
            return (headers) => this.#authenticate(extensionId)(headers);
          },
        }),
      );
      this.#receivers.push({ key, id, receiver });
    }
  }

  async #take(id: string, request: ReceivedRequest): ReturnType<RequestSink> {
    await this.#open;
    const sink = this.#sinks.get(id);
    if (sink === undefined) throw new Error(`receiver "${id}" is not in use`);
    return this.#hold(sink(request));
  }

  #hold<T>(work: Promise<T>): Promise<T> {
    const settled = Promise.allSettled([work]).finally(() => this.#inHand.delete(settled));
    this.#inHand.add(settled);
    return work;
  }

  async reload(config: Config): Promise<void> {
    const before = this.#config;
    await this.#closeReceivers(keptBy(config));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#open = promise;
    try {
      await Promise.all(this.#inHand);
      await this.#end(0);
      try {
        await this.#begin(config);
      } catch (error) {
        await this.#closeReceivers(keptBy(before));
        await this.#end(0);
        await this.#begin(before);
        throw error;
      }
    } finally {
      resolve();
    }
  }

  async #closeReceivers(keeps: (receiver: RunningReceiver) => boolean): Promise<void> {
    const closing = this.#receivers.filter((one) => !keeps(one));
    this.#receivers = this.#receivers.filter(keeps);
    await Promise.all(closing.map(({ receiver }) => receiver[Symbol.asyncDispose]()));
  }

  async #end(drainMs: number): Promise<void> {
    await this.#graph?.stop(drainMs);
    this.#leftBytes = this.#graph?.lagBytes() ?? 0;
    this.#graph = undefined;
    await this.#beside.disposeAsync();
    this.#beside = new AsyncDisposableStack();
    this.#extensions.clear();
  }

  async stop({ drainMs = defaultDrainMs }: { readonly drainMs?: number } = {}): Promise<void> {
    this.#notReady = "stopping";
    await this.#closeReceivers(() => false);
    await this.#end(drainMs);
  }
}

/** An error of a port says whose it is. */
async function named<T>(who: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    throw new Error(`${who}: ${error.message}`, { cause: error });
  }
}

function keptBy(config: Config): (receiver: RunningReceiver) => boolean {
  const keys = new Set(usedReceivers(config).map(({ id, config: own }) => keyOf(id, own)));
  return ({ key }) => keys.has(key);
}

/** The same receiver with the same configuration goes on over a reload. */
function keyOf(id: string, config: unknown): string {
  return JSON.stringify([id, config]);
}

function usedReceivers({ components, pipelines }: Config): readonly ConfiguredComponent[] {
  return [...components.receivers.values()].filter(({ id }) =>
    pipelines.some(({ receivers }) => receivers.includes(id)),
  );
}
