import type { JournalConsumer, Position } from "@genscope/journal";
import type { Signal } from "@genscope/otlp";
import type { SendOptions, SendResult } from "@genscope/otlp/client";
import type { PipelineSignal } from "../components.ts";
import type { Extension } from "../extensions/extension.ts";
import type { RecentViews } from "./recent-views.ts";
import type { Telemetry } from "./telemetry.ts";

/**
 * Where a stage puts what it makes: through the stateless processors behind it into the next journal (docs/adr/0016). Requests are protobuf
 * `Export…ServiceRequest` bytes, not to be written to any more.
 */
export interface Output {
  /**
   * Resolves once the request is durable, with its position in the next journal. While that journal is full it waits; it rejects when the
   * collector stops.
   */
  append(signal: Signal, request: Uint8Array, itemCount: number): Promise<Position>;
  /**
   * The stage's own reader of what it put out, behind the processors on the way. What lies past its committed position is kept: a stage that starts
   * reads it to learn what it had put out before it was killed, and commits once its input is committed as far.
   */
  readonly own: JournalConsumer;
}

/** What every stage is given. */
export interface StageContext {
  /** `type/name`. */
  readonly id: string;
  readonly pipeline: string;
  /** What to read; its committed position is the stage's own, and with its note survives a restart. */
  readonly input: JournalConsumer;
  /** The bound of the journal that is read. */
  readonly journalMaxBytes: number;
  /** A directory for files of the stage's own. It exists; a stage that writes there is as durable as it makes itself. */
  readonly stateDir: string;
  /** What it {@link Hears}, if it wants to: durable before its sender is answered, and kept until it is committed. */
  readonly heard?: JournalConsumer | undefined;
  /** Milliseconds since the Unix epoch; tests move it. */
  readonly now: () => number;
  readonly telemetry: Telemetry;
  /** Of the graph. */
  readonly recent: RecentViews;
  /** As the Collector has it, where there is better. */
  readonly isStrict: boolean;
  /** For what a person should know, once a matter. */
  readonly warn: (message: string) => void;
}

/** What a stage is told of that comes by another signal than its pipeline's. */
export interface Hears {
  readonly signal: Signal;
  readonly isWanted: (config: unknown) => boolean;
  /** What is kept of a request, in a form of the stage's own; undefined if nothing is. */
  readonly extract: (request: Uint8Array) => Uint8Array | undefined;
}

/** A reader of a journal with a state: a stateful processor, a connector. */
export interface Stage {
  /**
   * Reads and handles until `signal` aborts, then commits what is handled and resolves. What is pending stays in the input and is taken up by the
   * next run. Rejects only for what trying again does not mend.
   */
  run(signal: AbortSignal): Promise<void>;
}

export type StatefulFactory<Config> = (
  config: Config,
  context: StageContext & { readonly output: Output },
) => Promise<Stage>;

/** Where a connector can put what it makes. */
export interface ConnectorOutput {
  /** The pipeline's id. */
  readonly pipeline: string;
  readonly signal: PipelineSignal;
  readonly output: Output;
}

/** `outputs` has one for every pipeline that names the connector as a receiver. */
export type ConnectorFactory<Config> = (
  config: Config,
  context: StageContext & { readonly outputs: readonly ConnectorOutput[] },
) => Promise<Stage>;

/**
 * What an exporter is: it sends one request and says what became of it. Reading, batching, retrying and committing are the graph's.
 * `send` rejects with an `OtlpError` when nothing was taken: its `retryable` decides whether the same bytes are sent again.
 */
export interface Exporter extends AsyncDisposable {
  send(signal: Signal, request: Uint8Array, options?: SendOptions): Promise<ExportResult>;
  /** Where it listens, if others come and read. */
  readonly url?: string;
}

export interface ExportResult extends SendResult {
  /** The exporter has told itself, once a matter, why items were rejected. */
  readonly hasWarned?: boolean;
}

export interface ExporterContext extends Omit<StageContext, "input" | "journalMaxBytes" | "pipeline"> {
  /** An extension by its id, which `auth: {authenticator}` names. Throws an Error if it does not run. */
  readonly extension: (id: string) => Extension;
}

export type ExporterFactory<Config> = (config: Config, context: ExporterContext) => Promise<Exporter>;
