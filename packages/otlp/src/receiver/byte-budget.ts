import { OtlpError } from "../errors.ts";

const retryAfterMs = 1_000;

/**
 * How many bytes of requests may be held at once, from their first byte until the sink is done with them. One budget
 * may serve several receivers. What does not fit is refused with a retryable `unavailable`, so that memory has a bound
 * whatever the senders do.
 */
export interface ByteBudget {
  readonly limitBytes: number;
  readonly heldBytes: number;
  lease(): ByteLease;
}

/** What one request holds. */
export interface ByteLease {
  /** Throws an `OtlpError` and takes nothing when the budget is spent. */
  grow(bytes: number): void;
  shrink(bytes: number): void;
  /** Gives back everything still held. Safe to call twice. */
  release(): void;
}

export const defaultInFlightBytes: number = 256 * 1024 * 1024;

export function createByteBudget(limitBytes: number = defaultInFlightBytes): ByteBudget {
  let heldBytes = 0;
  return {
    limitBytes,
    get heldBytes() {
      return heldBytes;
    },
    lease() {
      let leased = 0;
      return {
        grow(bytes) {
          if (heldBytes + bytes > limitBytes) {
            const message = `too many requests in hand: their bytes would pass ${limitBytes}; try again`;
            throw new OtlpError("unavailable", message, { retryAfterMs });
          }
          heldBytes += bytes;
          leased += bytes;
        },
        shrink(bytes) {
          heldBytes -= bytes;
          leased -= bytes;
        },
        release() {
          heldBytes -= leased;
          leased = 0;
        },
      };
    },
  };
}
