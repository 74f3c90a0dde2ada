import type { SenderCheck, RequestSink } from "@genscope/otlp/receiver";
import type { Telemetry } from "../graph/telemetry.ts";

export interface ReceiverContext {
  readonly id: string;
  readonly sink: RequestSink;
  readonly telemetry: Telemetry;
  readonly warn: (message: string) => void;
  /** The check of an extension that `auth: {authenticator: id}` names. Throws an Error if there is none. */
  readonly authenticator: (id: string) => SenderCheck;
}

export interface ReceiverEndpoint {
  readonly protocol: string;
  readonly url: string;
}

export interface CollectorReceiver extends AsyncDisposable {
  readonly endpoints: readonly ReceiverEndpoint[];
}

/** Starts one. Rejects with a `ListenError` where a port cannot be had. */
export type ReceiverFactory<Config> = (config: Config, context: ReceiverContext) => Promise<CollectorReceiver>;
