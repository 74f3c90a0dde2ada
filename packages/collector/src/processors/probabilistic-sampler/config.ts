import type { z } from "zod";
import type { ComponentType } from "../../components.ts";
import { boolean, integer, number, section, text, word } from "../../config/fields.ts";

const maxPrecision = 14;
const leastProbability = 2 ** -56;

const schema = section({
  sampling_percentage: number(0),
  hash_seed: integer(0),
  mode: word(["hash_seed", "equalizing", "proportional", ""], ""),
  fail_closed: boolean(true),
  sampling_precision: integer(4),
  attribute_source: word(["traceID", "record"], "traceID"),
  from_attribute: text(""),
  sampling_priority: text(""),
});

export type ProbabilisticSamplerConfig = z.output<typeof schema>;

function check(checked: unknown): readonly string[] {
  const { sampling_percentage: percentage, sampling_precision: precision } = checked as ProbabilisticSamplerConfig;
  const problems: string[] = [];
  if (!Number.isFinite(percentage)) problems.push(`sampling rate is invalid: ${percentage}%`);
  else if (percentage < 0) problems.push(`sampling rate is negative: ${percentage}%`);
  else if (percentage > 0 && percentage / 100 < leastProbability) {
    problems.push(`sampling rate is too small: ${percentage}%`);
  }
  if (precision === 0) problems.push("invalid sampling precision: 0");
  else if (precision < 0 || precision > maxPrecision) {
    problems.push(`sampling precision is too great, should be <= 14: ${precision}`);
  }
  return problems;
}

/** Keeps a share of traces, or of log records, by their trace ids. */
export const probabilisticSamplerComponent: ComponentType = {
  kind: "processors",
  type: "probabilistic_sampler",
  signals: ["traces", "logs"],
  differs: { "": "In the trace state, `th` is written before `rv`." },
  config: schema,
  check,
};
