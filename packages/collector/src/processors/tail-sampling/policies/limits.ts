import type { BytesLimitingConfig, RateLimitingConfig } from "./policy-config.ts";
import { overLimit, type PolicyBody, type TraceAt, withinLimit } from "./policy.ts";

/** Tokens that come back at a rate, up to as many as the bucket holds; it begins full. */
class TokenBucket {
  readonly #perSecond: number;
  readonly #capacity: number;
  #tokens: number;
  #atMs = -Infinity;

  constructor(perSecond: number, capacity: number) {
    this.#perSecond = perSecond;
    this.#capacity = capacity;
    this.#tokens = capacity;
  }

  /** Takes `count`, or none. */
  take(count: number, nowMs: number): boolean {
    if (nowMs > this.#atMs) {
      if (this.#atMs !== -Infinity) {
        this.#tokens = Math.min(this.#capacity, this.#tokens + ((nowMs - this.#atMs) / 1000) * this.#perSecond);
      }
      this.#atMs = nowMs;
    }
    if (count > this.#tokens) return false;
    this.#tokens -= count;
    return true;
  }
}

export function rateLimiting({ spans_per_second: rate, burst_capacity: burst }: RateLimitingConfig): PolicyBody {
  return limit(new TokenBucket(rate, burst > 0 ? burst : 2 * rate), ({ spanCount }) => spanCount);
}

export function bytesLimiting({ bytes_per_second: rate, burst_capacity: burst }: BytesLimitingConfig): PolicyBody {
  return limit(new TokenBucket(rate, burst > 0 ? burst : 2 * rate), ({ sizeBytes }) => sizeBytes);
}

function limit(bucket: TokenBucket, costOf: (trace: TraceAt) => number): PolicyBody {
  return {
    isStateful: true,
    evaluate: (trace) => (bucket.take(costOf(trace), trace.nowMs) ? withinLimit : overLimit),
  };
}
