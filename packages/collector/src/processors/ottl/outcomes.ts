import type { Counter, Telemetry } from "../../graph/telemetry.ts";

/** What became of a statement on one item: it changed something, did nothing, its condition did not hold, or it failed. */
export interface Outcomes {
  readonly changed: Counter;
  readonly unchanged: Counter;
  readonly skipped: Counter;
  readonly failed: Counter;
}

/** Counts for each statement, so that one which never finds what it is looking for can be seen. */
export function createOutcomes(id: string, telemetry: Telemetry): (statement: string) => Outcomes {
  return (statement) => {
    const of = (outcome: keyof Outcomes): Counter =>
      telemetry.counter("genscope_processor_ottl_statements", { processor: id, statement, outcome });
    return { changed: of("changed"), unchanged: of("unchanged"), skipped: of("skipped"), failed: of("failed") };
  };
}
