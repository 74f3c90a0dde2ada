import type { SenderCheck } from "@genscope/otlp/receiver";
import type { PipelinesState } from "../telemetry/pipelines-state.ts";
import type { Telemetry } from "../graph/telemetry.ts";

export interface ExtensionContext {
  readonly id: string;
  readonly telemetry: Telemetry;
  readonly warn: (message: string) => void;
  /** What `/` of a health check says: why the collector is not ready, or nothing if it is. */
  readonly notReady: () => string | undefined;
  /** What runs and how it goes. */
  readonly state: () => PipelinesState;
}

/** What runs beside the pipelines. An authenticator has `authenticate`, `authorize` or both. */
export interface Extension extends AsyncDisposable {
  /** Of receivers: throws an `OtlpError`, `unauthenticated`, for senders it does not know. */
  readonly authenticate?: SenderCheck;
  /** Of exporters: the headers that say who is sending, asked for before every request. */
  readonly authorize?: () => Readonly<Record<string, string>>;
  /** Where it listens, for people. */
  readonly url?: string;
}

export type ExtensionFactory<Config> = (config: Config, context: ExtensionContext) => Promise<Extension>;
