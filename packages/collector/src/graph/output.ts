import { setTimeout as sleep } from "node:timers/promises";
import { type Journal, type JournalConsumer, JournalError, type Position } from "@genscope/journal";
import { OtlpError, type Signal } from "@genscope/otlp";
import type { Chain, Processed } from "./chain.ts";
import { itemsOf } from "./signals.ts";
import type { Output } from "./stage.ts";
import type { Telemetry } from "./telemetry.ts";

export interface OutputOptions {
  /** Of the stage. */
  readonly id: string;
  readonly chain: Chain;
  readonly journal: Journal;
  readonly own: JournalConsumer;
  readonly telemetry: Telemetry;
  readonly warn: (message: string) => void;
  /** Ends the waiting for room. */
  readonly stopped: AbortSignal;
}

const waitMs = 100;

export function createOutput({ id, chain, journal, own, telemetry, warn, stopped }: OutputOptions): Output {
  async function processed(signal: Signal, request: Uint8Array, itemCount: number): Promise<Processed | undefined> {
    for (;;) {
      try {
        return chain.runBytes(signal, request, itemCount);
      } catch (error) {
        if (!(error instanceof OtlpError && error.retryable)) {
          telemetry.counter("otelcol_processor_failed_items", { processor: id }).add(itemCount);
          const why = error instanceof Error ? error.message : String(error);
          warn(`behind "${id}" a processor refused ${itemCount} ${itemsOf[signal]}, which are dropped: ${why}`);
          return undefined;
        }
        await sleep(error.retryAfterMs ?? waitMs, undefined, { signal: stopped });
      }
    }
  }

  return {
    own,
    async append(signal, request, itemCount): Promise<Position> {
      const what = await processed(signal, request, itemCount);
      if (what === undefined) return own.endPosition;
      for (;;) {
        try {
          return await journal.append({
            signal,
            itemCount: what.itemCount,
            receivedAtMs: Date.now(),
            payload: what.request,
          });
        } catch (error) {
          const isWorthWaiting = error instanceof JournalError && error.retryable && error.code !== "closed";
          if (!isWorthWaiting) throw error;
          await sleep(waitMs, undefined, { signal: stopped });
        }
      }
    },
  };
}
