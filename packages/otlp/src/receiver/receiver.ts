import type { SecureContextOptions, TlsOptions } from "node:tls";
import type { ReceiveLimits } from "../limits.ts";
import type { SenderCheck } from "./api-keys.ts";
import type { ByteBudget } from "./byte-budget.ts";
import type { ReceiveCounters } from "./counters.ts";
import type { RequestSink } from "./sink.ts";

/** What both receivers are told. */
export interface ReceiverOptions {
  /** Address to listen on; 127.0.0.1 if not given. Anything but loopback needs `apiKeys`, `authenticate` or `isOpen`. */
  readonly host?: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly sink: RequestSink;
  readonly limits?: Partial<ReceiveLimits>;
  /** Bytes in hand; give the same one to several receivers to bound them together. */
  readonly budget?: ByteBudget;
  /** If any are given, a request must carry one, as `Authorization: Bearer …` or `x-api-key`. */
  readonly apiKeys?: readonly string[];
  /** In place of `apiKeys`: throws an `OtlpError`, `unauthenticated`, unless the headers are those of somebody who may send. */
  readonly authenticate?: SenderCheck;
  /** Whether anybody may send though others than this machine can reach the port. */
  readonly isOpen?: boolean;
  readonly timeouts?: Partial<ReceiverTimeouts>;
  /** Certificate, key and what is asked of senders; without, there is no TLS. */
  readonly tls?: TlsOptions;
  /**
   * Told of what the sink throws that is not an `OtlpError` (the sender hears "internal error" and no more), and of
   * connections that could not be accepted.
   */
  readonly onInternalError?: (error: unknown) => void;
}

export interface ReceiverTimeouts {
  /** From a request's first byte to its last. */
  readonly requestMs: number;
  /** How long a connection without a request is kept. */
  readonly idleMs: number;
}

/** A listening receiver. Disposing it is `close()`. */
export interface Receiver extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** What an exporter's endpoint is set to. */
  readonly url: string;
  readonly counters: ReceiveCounters;
  readonly budget: ByteBudget;
  /** Connections from now on are made with these, where there is TLS. */
  renewTls(tls: SecureContextOptions): void;
  /** Stops accepting, waits up to `graceMs` (5 s) for requests in hand, then drops what is left. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

export const defaultTimeouts: ReceiverTimeouts = { requestMs: 60_000, idleMs: 300_000 };
