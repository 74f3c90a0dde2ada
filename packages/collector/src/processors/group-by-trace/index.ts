import type { z } from "zod";
import type { ComponentType } from "../../components.ts";
import { boolean, duration, integer, section } from "../../config/fields.ts";
import type { StatefulFactory } from "../../graph/stage.ts";
import { createTraceStage } from "../pending-traces/trace-stage.ts";
import { GroupingRule } from "./grouping-rule.ts";

const schema = section({
  wait_duration: duration(1_000),
  num_traces: integer(1_000_000),
  num_workers: integer(1),
  discard_orphans: boolean(false),
  store_on_disk: boolean(false),
});

export type GroupByTraceConfig = z.output<typeof schema>;

export const groupByTraceComponent: ComponentType = {
  kind: "processors",
  type: "groupbytrace",
  signals: ["traces"],
  config: schema,
  check: (value) => {
    const { num_traces: most, wait_duration: waitMs } = value as GroupByTraceConfig;
    return [
      ...(most < 1 ? ["num_traces must be greater than 0"] : []),
      ...(waitMs < 0 ? ["wait_duration must not be negative"] : []),
    ];
  },
  differs: {
    "": "Spans of traces that wait stay in the journal; a restart goes on with the traces that waited.",
    num_traces: "past it the trace that has waited longest goes on early, where the Collector drops it",
    num_workers: "without effect: there is one",
    discard_orphans: "leaves out traces whose root has not come; the Collector refuses it",
    store_on_disk: "without effect: spans always are; the Collector refuses it",
  },
};

/** Puts the spans of a trace next to each other in one request. */
export const createGroupByTrace: StatefulFactory<GroupByTraceConfig> = (config, context) =>
  Promise.resolve(createTraceStage(new GroupingRule(config, context), context));
