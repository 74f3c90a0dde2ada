import { type JournalConsumer, JournalError } from "@genscope/journal";
import type { Signal } from "@genscope/otlp";
import type { Output, Stage } from "./stage.ts";

/** A record as a stage reads it. */
export interface SignalRecord {
  readonly signal: Signal;
  readonly payload: Uint8Array;
  readonly itemCount: number;
}

/** Has every record of a journal handled, in order, and commits what was; what was put out for it is in `outputs` by then. */
export function createHandler(
  input: JournalConsumer,
  outputs: readonly Output[],
  handle: (record: SignalRecord) => Promise<void>,
): Stage {
  return {
    async run(signal) {
      while (!signal.aborted) {
        let handled = input.committed;
        try {
          for (const { signal: kind, payload, itemCount, nextPosition } of await input.read({ signal })) {
            await handle({ signal: kind as Signal, payload, itemCount });
            handled = nextPosition;
            if (signal.aborted) break;
          }
        } catch (error) {
          if (!signal.aborted && !(error instanceof JournalError && error.code === "closed")) throw error;
        }
        if (handled > input.committed) await input.commit(handled);
        for (const { own } of outputs) await own.commit(own.endPosition);
      }
    },
  };
}

/** Carries every record of one journal on into others as it is. */
export function createRelay(input: JournalConsumer, outputs: readonly Output[]): Stage {
  return createHandler(input, outputs, async ({ signal, payload, itemCount }) => {
    for (const output of outputs) await output.append(signal, payload, itemCount);
  });
}
