import { OtlpError } from "../errors.ts";
import { defaultReceiveLimits, type ReceiveLimits } from "../limits.ts";
import { answers } from "../rpc/codes.ts";
import type { RpcStatus } from "../rpc/status.ts";
import type { Signal } from "../signal.ts";
import { createByteBudget, type ByteBudget, type ByteLease } from "./byte-budget.ts";
import { ReceiveCounters, type RefusalReason } from "./counters.ts";
import { decompress, type Compression } from "./decompress.ts";
import type { ReceiverOptions } from "./receiver.ts";
import type { ReceivedRequest, ReceiveResult, RequestSink } from "./sink.ts";

const defaultRetryAfterMs = 1_000;

/** A body read to its end, not decompressed yet. */
export interface RawRequest {
  readonly signal: Signal;
  readonly encoding: ReceivedRequest["encoding"];
  readonly compression: Compression;
  readonly headers: ReceivedRequest["headers"];
  readonly body: Buffer;
}

/** A refusal in transport-neutral words: what to count, what to answer, how long the sender should wait. */
export interface Refusal {
  readonly reason: RefusalReason;
  readonly http: number;
  readonly status: RpcStatus;
}

/** What both transports share once they have a body: limits, budget, counters, the way to the sink and back. */
export class Intake {
  readonly limits: ReceiveLimits;
  readonly budget: ByteBudget;
  readonly counters: ReceiveCounters = new ReceiveCounters();
  readonly #transport: ReceivedRequest["transport"];
  readonly #sink: RequestSink;
  readonly #onInternalError: (error: unknown) => void;
  readonly #inHand = new Set<Promise<unknown>>();

  constructor(transport: ReceivedRequest["transport"], options: ReceiverOptions) {
    this.limits = { ...defaultReceiveLimits, ...options.limits };
    this.budget = options.budget ?? createByteBudget();
    this.#transport = transport;
    this.#sink = options.sink;
    this.#onInternalError = options.onInternalError ?? (() => {});
  }

  /** Decompresses and hands over. The lease must hold the raw body's bytes; the caller releases it. */
  async take(raw: RawRequest, lease: ByteLease): Promise<ReceiveResult> {
    const { signal, encoding, headers, compression } = raw;
    this.counters.receivedBytes += raw.body.length;
    const body = await decompress(raw.body, compression, this.limits.decompressedBytes, lease);
    if (body !== raw.body) lease.shrink(raw.body.length);
    this.counters.decompressedBytes += body.length;
    const result = await this.#sink({ signal, encoding, body, transport: this.#transport, headers });
    this.counters.succeed(signal, result);
    return result;
  }

  /** Turns what was thrown into the answer, and counts it. */
  refuse(error: unknown): Refusal {
    if (!(error instanceof OtlpError)) this.#onInternalError(error);
    const known = error instanceof OtlpError ? error : new OtlpError("internal", "internal error", { cause: error });
    this.counters.refuse(known.code);
    const answer = answers[known.code];
    const retryDelayMs = known.retryable ? (known.retryAfterMs ?? defaultRetryAfterMs) : undefined;
    return {
      reason: known.code,
      http: answer.http,
      status: { code: answer.grpc, message: known.message, retryDelayMs },
    };
  }

  /** Keeps `work` in hand until it settles. */
  hold(work: Promise<unknown>): void {
    this.#inHand.add(work);
    void work.finally(() => this.#inHand.delete(work));
  }

  /** Resolves once nothing is in hand, or after `graceMs`. */
  async settle(graceMs: number): Promise<void> {
    const deadline = Date.now() + graceMs;
    while (this.#inHand.size > 0 && Date.now() < deadline) {
      const timeout = Promise.withResolvers<void>();
      const timer = setTimeout(timeout.resolve, deadline - Date.now());
      await Promise.race([Promise.allSettled(this.#inHand), timeout.promise]);
      clearTimeout(timer);
    }
  }
}
