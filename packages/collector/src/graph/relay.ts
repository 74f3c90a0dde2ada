import { JournalError, type JournalConsumer } from "@genscope/journal";
import type { Signal } from "@genscope/otlp";
import type { Output, Stage } from "./stage.ts";

/** Carries every record of one journal on into others as it is. */
export function createRelay(input: JournalConsumer, outputs: readonly Output[]): Stage {
  return {
    async run(signal) {
      while (!signal.aborted) {
        let handled = input.committed;
        try {
          for (const { signal: kind, payload, itemCount, nextPosition } of await input.read({ signal })) {
            for (const output of outputs) await output.append(kind as Signal, payload, itemCount);
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
