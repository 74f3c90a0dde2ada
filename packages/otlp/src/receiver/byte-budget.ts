import { OtlpError } from "../errors.ts";

/**
 * How many bytes of requests may be held at once, from their first byte until the sink is done with them. One budget
 * may serve several receivers.
 *
 * From half of it on, new requests wait a while before they are read: the transport's own flow control then slows the
 * sender, which costs less than a refusal (some exporters drop what is refused). What does not fit in spite of that is
 * refused with a retryable `unavailable`, so that memory has a bound whatever the senders do.
 */
export interface ByteBudget {
  readonly limitBytes: number;
  readonly heldBytes: number;
  /** Resolves when there is room for a request as they usually are, or when the wait has been long enough. */
  admit(): Promise<ByteLease>;
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
const retryAfterMs = 1_000;

export function createByteBudget(
  limitBytes: number = defaultInFlightBytes,
  { waitMs = defaultWaitMs }: { readonly waitMs?: number } = {},
): ByteBudget {
  let heldBytes = 0;
  /** Held, or expected of requests that are not read yet: what decides on admission. */
  let chargedBytes = 0;
  /** A running mean over requests done; high to begin with, so that the first burst is not let in as a whole. */
  let usualBytes = limitBytes / 16;
  const waiting = new Set<() => void>();

  function isRoomy(): boolean {
    return chargedBytes === 0 || chargedBytes + usualBytes <= limitBytes / 2;
  }

  function openLease(): ByteLease {
    const expected = usualBytes;
    let leased = 0;
    let most = 0;
    let isOpen = true;
    chargedBytes += expected;
    function change(bytes: number): void {
      const before = Math.max(expected, leased);
      leased += bytes;
      heldBytes += bytes;
      most = Math.max(most, leased);
      chargedBytes += Math.max(expected, leased) - before;
    }
    return {
      grow(bytes) {
        if (heldBytes + bytes > limitBytes) {
          const message = `too many requests in hand: their bytes would pass ${limitBytes}; try again`;
          throw new OtlpError("unavailable", message, { retryAfterMs });
        }
        change(bytes);
      },
      shrink(bytes) {
        change(-bytes);
      },
      release() {
        if (!isOpen) return;
        isOpen = false;
        change(-leased);
        chargedBytes -= expected;
        usualBytes += (most - usualBytes) / 8;
        // What is left of additions and subtractions of means, which are no integers.
        if (heldBytes === 0 && chargedBytes < 1) chargedBytes = 0;
        for (const go of waiting) {
          if (!isRoomy()) break;
          waiting.delete(go);
          go();
        }
      },
    };
  }

  return {
    limitBytes,
    get heldBytes() {
      return heldBytes;
    },
    admit() {
      if (isRoomy() && waiting.size === 0) return Promise.resolve(openLease());
      return new Promise((resolve) => {
        function go(): void {
          clearTimeout(timer);
          waiting.delete(go);
          resolve(openLease());
        }
        const timer = setTimeout(go, waitMs);
        waiting.add(go);
      });
    },
  };
}
