import { setTimeout as delay } from "node:timers/promises";
import { OtlpError, Signal } from "@genscope/otlp";
import { createOtlpGrpcClient, createOtlpHttpClient } from "@genscope/otlp/client";
import type { OtlpClient } from "@genscope/otlp/client";
import { createSpanGenerator } from "@genscope/otlp/testing";

export interface NumberedSpansOptions {
  readonly http: string;
  readonly grpc: string;
  readonly spansPerRequest: number;
  readonly seed: number;
}

/**
 * Sends spans with ids of their own and keeps book of what was acknowledged. A request that is refused as retryable, or gets no answer, is sent again,
 * as an SDK does; every eighth is given up instead, so that some are never acknowledged.
 */
export class NumberedSpans {
  readonly #http: OtlpClient;
  readonly #grpc: OtlpClient;
  readonly #spansPerRequest: number;
  readonly #generator;
  readonly #acknowledged = new Set<number>();
  #requests = 0;
  /** Attempts that failed and were, or might have been, made again. */
  retries = 0;

  constructor({ http, grpc, spansPerRequest, seed }: NumberedSpansOptions) {
    this.#http = createOtlpHttpClient({ endpoint: http, timeoutMs: 5_000 });
    this.#grpc = createOtlpGrpcClient({ endpoint: grpc, timeoutMs: 5_000 });
    this.#spansPerRequest = spansPerRequest;
    this.#generator = createSpanGenerator({ spansPerRequest, seed, startTime: BigInt(Date.now()) * 1_000_000n });
  }

  /** Requests acknowledged so far. */
  get acknowledgedRequests(): number {
    return this.#acknowledged.size;
  }

  /** Every span of an acknowledged request as `traceId/spanId`. */
  acknowledged(): Set<string> {
    return this.#ids([...this.#acknowledged]);
  }

  sent(): Set<string> {
    return this.#ids(Array.from({ length: this.#requests }, (_, request) => request));
  }

  #ids(requests: readonly number[]): Set<string> {
    const ids = new Set<string>();
    for (const request of requests) {
      for (let index = 0; index < this.#spansPerRequest; index++) {
        const { traceId, spanId } = this.#generator.ids(request * this.#spansPerRequest + index);
        ids.add(`${traceId}/${spanId}`);
      }
    }
    return ids;
  }

  /** Sends one request after the other until the signal aborts, and then sees the last one through. */
  async send(signal: AbortSignal, pauseMs: number): Promise<void> {
    while (!signal.aborted) {
      await this.sendOne();
      await delay(pauseMs);
    }
  }

  async sendOne(): Promise<void> {
    const bytes = this.#generator.next();
    const request = this.#requests++;
    const client = request % 2 === 0 ? this.#http : this.#grpc;
    for (;;) {
      try {
        const { rejected, message } = await client.send(Signal.traces, bytes);
        if (rejected > 0) throw new Error(`${rejected} spans rejected: ${message}`);
        this.#acknowledged.add(request);
        return;
      } catch (error) {
        if (!(error instanceof OtlpError && error.retryable)) throw error;
        this.retries++;
        if (request % 8 === 7) return;
        await delay(50);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#http.close(), this.#grpc.close()]);
  }
}
