import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Journal, type JournalConsumer, openJournal } from "@genscope/journal";
import type { Signal } from "@genscope/otlp";
import type { Catalogue } from "../catalogue.ts";
import type { Config, ConfiguredComponent, Pipeline } from "../config/parse-config.ts";
import type { Extension } from "../extensions/extension.ts";
import { type Chain, createChain } from "./chain.ts";
import { type Batching, deliveryOf } from "./delivery.ts";
import type { IngestTarget } from "./ingest.ts";
import { listeningJournal, receiversOf } from "./listening.ts";
import { openLeftovers } from "./leftovers.ts";
import { nameOf } from "./names.ts";
import { createOutput } from "./output.ts";
import {
  type ConnectorPlan,
  connectorIds,
  type GraphPlan,
  isJoined,
  type PipelinePlan,
  planGraph,
  readersOfPipeline,
} from "./plan.ts";
import type { QueueState } from "../telemetry/pipelines-state.ts";
import { createPump, type Pump } from "./pump.ts";
import { type JournalReaders, ownName, settleReaders } from "./readers.ts";
import { createRelay } from "./relay.ts";
import { RecentViews } from "./recent-views.ts";
import { signalNameOf } from "./signals.ts";
import type { Exporter, Hears, Output, Stage } from "./stage.ts";
import type { Telemetry } from "./telemetry.ts";

/** Of what a stage hears by another signal and has not let go of. */
const heardMaxBytes = 64 * 1024 * 1024;

export interface GraphOptions {
  readonly config: Config;
  readonly catalogue: Catalogue;
  /** For journals and the files of stages. */
  readonly dir: string;
  readonly isStrict: boolean;
  readonly journalMaxBytes: number;
  readonly durability: "process" | "disk";
  readonly telemetry: Telemetry;
  readonly warn: (message: string) => void;
  readonly now: () => number;
  readonly extension: (id: string) => Extension;
}

/** Running pipelines, from their first journals on. */
export interface Graph {
  /** What its stages look at requests through. */
  readonly recent: RecentViews;
  /** What to run a receiver's requests through. */
  targets(receiver: string, signal: Signal): readonly IngestTarget[];
  /** Why a part of it does not run any more; what it would have handled stays in its journal. */
  readonly failures: readonly string[];
  /** What every stage and exporter has in front of it. */
  queues(): readonly QueueState[];
  /** Where exporters listen that others come to. */
  readonly urls: readonly NamedUrl[];
  /** Bytes that journals hold and their readers have not handled. */
  lagBytes(): number;
  /** Lets exporters send what there is, for up to `drainMs`, then commits and lets go. The rest is for the next start. */
  stop(drainMs: number): Promise<void>;
}

export interface NamedUrl {
  readonly id: string;
  readonly url: string;
}

interface RunningPipeline {
  readonly plan: PipelinePlan;
  readonly prefix: Chain;
  /** One more than steps. */
  readonly journals: readonly Journal[];
}

/** Opens every journal and starts every stage and exporter. */
export async function startGraph(options: GraphOptions): Promise<Graph> {
  const plan = planGraph(options.config, options.catalogue, options.isStrict);
  for (const note of plan.notes) options.warn(note);
  await using held = new AsyncDisposableStack();
  const builder = new GraphBuilder(options, held);
  for (const pipeline of plan.pipelines) await builder.openPipeline(plan, pipeline);
  for (const pipeline of plan.pipelines) await builder.addSteps(pipeline);
  for (const connector of plan.connectors) await builder.addConnector(connector);
  for (const pipeline of plan.pipelines) await builder.addExporters(pipeline);
  await builder.addLeftovers();
  return builder.run(held.move());
}

class GraphBuilder {
  readonly #options: GraphOptions;
  readonly #held: AsyncDisposableStack;
  readonly #pipelines = new Map<string, RunningPipeline>();
  readonly #exporters = new Map<string, Exporter>();
  readonly #stages: { readonly id: string; readonly stage: Stage }[] = [];
  readonly #relays: { readonly id: string; readonly stage: Stage; readonly lag: () => number }[] = [];
  readonly #pumps: { readonly id: string; readonly pump: Pump }[] = [];
  readonly #readers: { readonly id: string; readonly consumer: JournalConsumer; readonly journal: Journal }[] = [];
  readonly #opened = new Set<string>();
  readonly #stopped = new AbortController();
  readonly #listeners: {
    readonly receivers: ReadonlySet<string>;
    readonly signal: Signal;
    readonly target: IngestTarget;
  }[] = [];
  readonly #recent = new RecentViews();

  constructor(options: GraphOptions, held: AsyncDisposableStack) {
    this.#options = options;
    this.#held = held;
  }

  #dir(...parts: readonly string[]): string {
    return join(this.#options.dir, ...parts.map(nameOf));
  }

  async #openJournal(dir: string, maxBytes: number, readers: JournalReaders): Promise<Journal> {
    const { durability, warn } = this.#options;
    const path = join(dir, "journal");
    const journal = this.#held.use(await openJournal({ dir: path, maxBytes, durability, onWarning: warn }));
    this.#opened.add(path);
    await settleReaders(journal, readers);
    return journal;
  }

  async #reader(journal: Journal, id: string): Promise<JournalConsumer> {
    const consumer = await journal.consumer(nameOf(id));
    this.#readers.push({ id, consumer, journal });
    return consumer;
  }

  #chain(processors: readonly ConfiguredComponent[]): Chain {
    const { catalogue, telemetry, warn } = this.#options;
    const links = processors.map(({ id, component, config }) => {
      const entry = catalogue.entryOf(component);
      if (entry.role !== "stateless") throw new Error(`processor "${id}" is not stateless`);
      const says = (message: string): void => warn(`processor "${id}": ${message}`);
      return { id, processor: entry.make(config, { id, telemetry, warn: says }) };
    });
    return createChain(links, telemetry);
  }

  async openPipeline(graph: GraphPlan, plan: PipelinePlan): Promise<void> {
    const { pipeline, exporters, batching, steps } = plan;
    const { isStrict, journalMaxBytes } = this.#options;
    const asked = exporters.map(({ config }) => deliveryOf(config, batching, isStrict).queueBytes ?? 0);
    const maxBytes = Math.max(0, ...asked) || journalMaxBytes;
    const journals: Journal[] = [];
    for (const [index, readers] of readersOfPipeline(graph, plan).entries()) {
      const dir = index === 0 ? [pipeline.id] : [pipeline.id, steps[index - 1]!.id];
      journals.push(await this.#openJournal(this.#dir("pipelines", ...dir), maxBytes, readers));
    }
    this.#pipelines.set(pipeline.id, { plan, prefix: this.#chain(plan.prefix), journals });
  }

  async #context(id: string, dir: string) {
    const { now, telemetry, isStrict, warn, extension } = this.#options;
    await mkdir(dir, { recursive: true });
    return {
      id,
      stateDir: dir,
      now,
      telemetry,
      recent: this.#recent,
      isStrict,
      warn: (text: string) => warn(`"${id}": ${text}`),
      extension,
    };
  }

  async #output(id: string, chain: Chain, journal: Journal): Promise<Output> {
    const { telemetry, warn } = this.#options;
    const own = await journal.consumer(ownName(id));
    return createOutput({ id, chain, journal, own, telemetry, warn, stopped: this.#stopped.signal });
  }

  /** Lets a stage hear of what its receivers get by another signal, behind the processors that spans go through in front of it. */
  async #heard(
    { signal, isWanted, extract }: Hears,
    { id, config }: ConfiguredComponent,
    { pipeline, prefix }: PipelinePlan,
    stateDir: string,
  ): Promise<JournalConsumer | undefined> {
    if (!isWanted(config)) return undefined;
    const { durability, warn, config: whole } = this.#options;
    const dir = join(stateDir, "heard");
    const journal = this.#held.use(
      await openJournal({ dir, maxBytes: heardMaxBytes, durability, cacheBytes: 0, onWarning: warn }),
    );
    const receivers = receiversOf(whole, pipeline);
    const name = signalNameOf[signal];
    const chain = this.#chain(prefix.filter(({ component }) => component.signals.includes(name)));
    this.#listeners.push({ receivers, signal, target: { chain, journal: listeningJournal(journal, extract) } });
    for (const receiver of receivers) {
      if (whole.pipelines.some((one) => one.signal === name && one.receivers.includes(receiver))) continue;
      warn(`"${receiver}" is in no pipeline of ${name}: of those that come, only what "${id}" goes by is looked at`);
    }
    return journal.consumer("stage");
  }

  async addSteps(plan: PipelinePlan): Promise<void> {
    const { pipeline, steps } = plan;
    const { journals } = this.#pipelines.get(pipeline.id)!;
    for (const [index, { id, processor, behind }] of steps.entries()) {
      const input = await this.#reader(journals[index]!, id);
      const output = await this.#output(id, this.#chain(behind), journals[index + 1]!);
      if (processor === undefined) {
        this.#relays.push({ id, stage: createRelay(input, [output]), lag: () => input.lagBytes });
        continue;
      }
      const entry = this.#options.catalogue.entryOf(processor.component);
      if (entry.role !== "stateful") throw new Error(`processor "${id}" is not stateful`);
      const context = await this.#context(id, join(this.#dir("pipelines", pipeline.id, id), "state"));
      const heard = entry.hears && (await this.#heard(entry.hears, processor, plan, context.stateDir));
      const stage = await entry.make(processor.config, {
        ...context,
        pipeline: pipeline.id,
        input,
        heard,
        journalMaxBytes: journals[index]!.stats().maxBytes,
        output,
      });
      this.#stages.push({ id, stage });
    }
  }

  async addConnector(plan: ConnectorPlan): Promise<void> {
    const { connector, from, readsFirst, to } = plan;
    const { catalogue, journalMaxBytes } = this.#options;
    const { id } = connector;
    const ids = connectorIds(plan);
    const entry = catalogue.entryOf(connector.component);
    if (entry.role !== "connector") throw new Error(`connector "${id}" has no factory`);
    const sources = from.map((pipeline) => {
      const { journals } = this.#pipelines.get(pipeline.id)!;
      return { pipeline, journal: readsFirst ? journals[0]! : journals.at(-1)! };
    });
    const dir = this.#dir("connectors", ids.dir);
    let source = sources[0]!.journal;
    if (isJoined(plan)) {
      // one connector counts what several pipelines hand it
      source = await this.#openJournal(dir, journalMaxBytes, { readers: [id], writers: from.map(ids.joined) });
      for (const { pipeline, journal } of sources) {
        const reader = await this.#reader(journal, id);
        const output = await this.#output(ids.joined(pipeline), this.#chain([]), source);
        this.#relays.push({ id, stage: createRelay(reader, [output]), lag: () => reader.lagBytes });
      }
    }
    const input = await this.#reader(source, id);
    const outputs = await Promise.all(
      to.map(async (pipeline: Pipeline) => {
        const target = this.#pipelines.get(pipeline.id)!;
        return {
          pipeline: pipeline.id,
          signal: pipeline.signal,
          output: await this.#output(ids.writer, target.prefix, target.journals[0]!),
        };
      }),
    );
    const context = await this.#context(id, join(dir, "state"));
    const stage = await entry.make(connector.config, {
      ...context,
      pipeline: from[0]!.id,
      input,
      journalMaxBytes: source.stats().maxBytes,
      outputs,
    });
    if (connector.component.type === "forward") this.#relays.push({ id, stage, lag: () => input.lagBytes });
    else this.#stages.push({ id, stage });
  }

  async addExporters({ pipeline, exporters, batching }: PipelinePlan): Promise<void> {
    const { telemetry } = this.#options;
    const journal = this.#pipelines.get(pipeline.id)!.journals.at(-1)!;
    for (const one of exporters) {
      const consumer = await this.#addPump(one, journal, batching);
      const labels = { exporter: one.id, data_type: pipeline.signal, pipeline: pipeline.id };
      const isStopped = (): boolean => this.#stopped.signal.aborted;
      telemetry.gauge("otelcol_exporter_queue_size", () => (isStopped() ? 0 : consumer.lagBytes), labels);
      telemetry.gauge("otelcol_exporter_queue_capacity", () => journal.stats().maxBytes, labels);
    }
  }

  async #addPump(one: ConfiguredComponent, journal: Journal, batching: Batching | undefined): Promise<JournalConsumer> {
    const { isStrict, telemetry, warn } = this.#options;
    const consumer = await this.#reader(journal, one.id);
    const exporter = await this.#exporter(one);
    const delivery = deliveryOf(one.config, batching, isStrict);
    this.#pumps.push({ id: one.id, pump: createPump({ id: one.id, consumer, exporter, delivery, telemetry, warn }) });
    return consumer;
  }

  /** What pipelines of an earlier configuration had not sent. */
  async addLeftovers(): Promise<void> {
    const { config, dir, durability, warn } = this.#options;
    const byName = new Map(
      [...config.components.exporters.values()]
        .filter(({ id }) => this.#exporters.has(id))
        .map((one) => [nameOf(one.id), one]),
    );
    const isKnown = (name: string): boolean => byName.has(name);
    for (const { journal, behind } of await openLeftovers({ dir, opened: this.#opened, durability, warn, isKnown })) {
      this.#held.use(journal);
      for (const name of behind) await this.#addPump(byName.get(name)!, journal, undefined);
    }
  }

  /** One for every pipeline that names it. */
  async #exporter({ id, component, config }: ConfiguredComponent): Promise<Exporter> {
    const known = this.#exporters.get(id);
    if (known !== undefined) return known;
    const entry = this.#options.catalogue.entryOf(component);
    if (entry.role !== "exporter") throw new Error(`exporter "${id}" has no factory`);
    const made = await entry.make(config, await this.#context(id, join(this.#dir("exporters", id), "state")));
    this.#exporters.set(id, this.#held.use(made));
    return made;
  }

  run(held: AsyncDisposableStack): Graph {
    const { warn } = this.#options;
    const failures: string[] = [];
    const aborts = { stages: new AbortController(), rest: new AbortController() };
    const watch = async (id: string, running: Promise<void>): Promise<void> => {
      try {
        await running;
      } catch (error) {
        const text = `"${id}" has stopped: ${error instanceof Error ? error.message : String(error)}`;
        failures.push(text);
        warn(`${text}. What it would have handled stays in its journal`);
      }
    };
    const stages = this.#stages.map(({ id, stage }) => watch(id, stage.run(aborts.stages.signal)));
    const rest = [
      ...this.#relays.map(({ id, stage }) => watch(id, stage.run(aborts.rest.signal))),
      ...this.#pumps.map(({ id, pump }) => watch(id, pump.run(aborts.rest.signal))),
    ];
    const isDrained = (): boolean =>
      this.#relays.every(({ lag }) => lag() === 0) && this.#pumps.every(({ pump }) => pump.isDrained);
    const drain = async (deadline: number): Promise<void> => {
      while (!isDrained() && Date.now() < deadline) await sleep(20);
    };
    return {
      failures,
      recent: this.#recent,
      urls: [...this.#exporters].flatMap(([id, { url }]) => (url === undefined ? [] : [{ id, url }])),
      targets: (receiver, signal) => [
        ...[...this.#pipelines.values()]
          .filter(
            ({ plan: { pipeline } }) =>
              pipeline.signal === signalNameOf[signal] && pipeline.receivers.includes(receiver),
          )
          .map(({ prefix, journals }) => ({ chain: prefix, journal: journals[0]! })),
        ...this.#listeners
          .filter((one) => one.signal === signal && one.receivers.has(receiver))
          .map(({ target }) => target),
      ],
      lagBytes: () => this.#readers.reduce((sum, { consumer }) => sum + consumer.lagBytes, 0),
      queues: () =>
        this.#readers.map(({ id, consumer, journal }) => ({
          id,
          lagBytes: consumer.lagBytes,
          maxBytes: journal.stats().maxBytes,
        })),
      stop: async (drainMs) => {
        const deadline = Date.now() + drainMs;
        await drain(deadline);
        aborts.stages.abort();
        const patience = setTimeout(() => this.#stopped.abort(), Math.max(0, deadline - Date.now()));
        await Promise.all(stages);
        await drain(deadline);
        clearTimeout(patience);
        this.#stopped.abort();
        aborts.rest.abort();
        await Promise.all(rest);
        await held.disposeAsync();
      },
    };
  }
}
