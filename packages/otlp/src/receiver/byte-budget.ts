import { OtlpError } from "../errors.ts";

const retryAfterMs = 1_000;

/**
 * How many bytes of requests may be held at once, from their first byte until the sink is done with them. One budget
 * may serve several receivers. From half of it on, new requests wait a while before they are read: the transport's own
 * flow control then slows the sender, which costs less than a refusal (some exporters drop what is refused). What does
 * not fit is refused with a retryable `unavailable`, so that memory has a bound whatever the senders do.
 */
export interface ByteBudget {
  readonly limitBytes: number;
  readonly heldBytes: number;
  lease(): ByteLease;
  /** Resolves when at most half is held, or when the wait has been long enough. */
  room(): Promise<void>;
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

/** Well under the 10 s after which SDKs give up on an answer. */
const defaultWaitMs = 3_000;

export function createByteBudget(
  limitBytes: number = defaultInFlightBytes,
  { waitMs = defaultWaitMs }: { readonly waitMs?: number } = {},
): ByteBudget {
  let heldBytes = 0;
  const waiting = new Set<() => void>();
  const isRoomy = (): boolean => heldBytes <= limitBytes / 2;

  /** Two may go for each that is done, so that as many run as did before within a few rounds, but not all at once. */
  function wake(): void {
    let count = 0;
    for (const go of waiting) {
      if (!isRoomy() || count++ === 2) return;
      waiting.delete(go);
      go();
    }
  }
  return {
    limitBytes,
    get heldBytes() {
      return heldBytes;
    },
    room() {
      if (isRoomy() && waiting.size === 0) return Promise.resolve();
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          waiting.delete(go);
          resolve();
        }, waitMs);
        function go(): void {
          clearTimeout(timer);
          resolve();
        }
        waiting.add(go);
      });
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
          wake();
        },
      };
    },
  };
}
