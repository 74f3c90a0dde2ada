import type { Signal } from "../signal.ts";
import type { ClientTls } from "./client-tls.ts";

/** What a receiver answered to a request it took. */
export interface SendResult {
  /** Spans, log records or data points it left out for good; sending them again will not help. */
  readonly rejected: number;
  /** Why, or a warning if nothing was rejected; empty if there is nothing to say. */
  readonly message: string;
}

/**
 * Sends export requests as the bytes they are. `send` rejects with an `OtlpError` when nothing was taken: its
 * `retryable` says whether the same bytes may do later, `retryAfterMs` how long the receiver asks to wait.
 */
export interface OtlpClient extends AsyncDisposable {
  send(signal: Signal, request: Uint8Array, options?: SendOptions): Promise<SendResult>;
  /** Lets go of connections; what is being sent fails as `unavailable`. */
  close(): Promise<void>;
}

export interface SendOptions {
  /** Gives up; `send` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What both clients are told. */
export interface ClientOptions {
  /** Added to every request: API keys, tenants. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For one attempt, from connecting to the answer; 10 s if not given, as the SDKs have it. */
  readonly timeoutMs?: number;
  /** Headers that say who is sending, asked for before every request. */
  readonly authorize?: () => Readonly<Record<string, string>>;
  /** For `https` endpoints. */
  readonly tls?: ClientTls;
}

export const defaultTimeoutMs = 10_000;
