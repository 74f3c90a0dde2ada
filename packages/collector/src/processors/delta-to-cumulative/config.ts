import type { z } from "zod";
import type { ComponentType } from "../../components.ts";
import { duration, integer, section } from "../../config/fields.ts";
import { formatDuration } from "../../ottl/values/go-duration.ts";

const schema = section({ max_stale: duration(300_000), max_streams: integer(Number.MAX_SAFE_INTEGER) });
export type DeltaToCumulativeConfig = z.output<typeof schema>;

function check(value: unknown): readonly string[] {
  const { max_stale: stale, max_streams: streams } = value as DeltaToCumulativeConfig;
  return [
    ...(stale > 0
      ? []
      : [`max_stale must be a positive duration (got ${formatDuration(BigInt(Math.round(stale * 1e6)))})`]),
    ...(streams >= 0 ? [] : [`max_streams must be a positive number (got ${streams})`]),
  ];
}

export const deltaToCumulativeComponent: ComponentType = {
  kind: "processors",
  type: "delta_to_cumulative",
  aliases: ["deltatocumulative"],
  signals: ["metrics"],
  config: schema,
  check,
  differs: {
    "": "sums survive a restart; points that come within 200 ms are put out as one, without their exemplars, minimum and maximum",
  },
};
