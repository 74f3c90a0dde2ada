import { setTimeout as sleep } from "node:timers/promises";
import { OtlpError } from "../errors.ts";
import type { OtlpClient } from "./client.ts";

/** Exponential back-off with jitter; the defaults are the Collector's. */
export interface RetryPolicy {
  readonly initialMs: number;
  readonly multiplier: number;
  readonly maxIntervalMs: number;
  /** Each wait is drawn from plus or minus this share of the interval, so that senders do not come back together. */
  readonly jitter: number;
  /** No further attempt is begun past this, counted from the first; `Infinity` never gives up. */
  readonly maxElapsedMs: number;
  readonly maxAttempts: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  initialMs: 5_000,
  multiplier: 1.5,
  maxIntervalMs: 30_000,
  jitter: 0.5,
  maxElapsedMs: 300_000,
  maxAttempts: Infinity,
};

/** The wait before attempt `attempt + 1`, never shorter than the receiver asked for. `random` is in [0, 1). */
export function retryDelay(
  policy: RetryPolicy,
  attempt: number,
  retryAfterMs: number | undefined,
  random: number,
): number {
  const interval = Math.min(policy.maxIntervalMs, policy.initialMs * policy.multiplier ** (attempt - 1));
  return Math.max(retryAfterMs ?? 0, interval * (1 + policy.jitter * (2 * random - 1)));
}

/** The same client, sending again what failed in a retryable way. Closing it closes `client` and ends the waiting. */
export function withRetry(client: OtlpClient, overrides: Partial<RetryPolicy> = {}): OtlpClient {
  const policy = { ...defaultRetryPolicy, ...overrides };
  const closing = new AbortController();

  const retrying: OtlpClient = {
    async send(signal, request, options = {}) {
      const startMs = Date.now();
      const abort = options.signal === undefined ? closing.signal : AbortSignal.any([options.signal, closing.signal]);
      for (let attempt = 1; ; attempt++) {
        try {
          return await client.send(signal, request, options);
        } catch (error) {
          if (!(error instanceof OtlpError) || !error.retryable || attempt >= policy.maxAttempts) throw error;
          const delayMs = retryDelay(policy, attempt, error.retryAfterMs, Math.random());
          if (Date.now() + delayMs - startMs > policy.maxElapsedMs) throw error;
          try {
            await sleep(delayMs, undefined, { signal: abort });
          } catch {
            options.signal?.throwIfAborted();
            throw error;
          }
        }
      }
    },
    async close() {
      closing.abort();
      await client.close();
    },
    [Symbol.asyncDispose]: () => retrying.close(),
  };
  return retrying;
}
