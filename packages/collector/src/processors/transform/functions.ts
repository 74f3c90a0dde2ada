import type { ContextName, OttlFunction } from "../../ottl/index.ts";
import { bucketFunctions, distributionFunctions } from "./histogram-functions.ts";
import { metricFunctions, pointFunctions } from "./metric-functions.ts";
import { spanFunctions } from "./span-functions.ts";

const byContext: Readonly<Partial<Record<ContextName, readonly OttlFunction[]>>> = {
  span: spanFunctions,
  metric: [...metricFunctions, ...distributionFunctions],
  datapoint: [...pointFunctions, ...bucketFunctions],
};

/** Functions that the transform processor has besides the standard ones. */
export function transformFunctions(context: ContextName): readonly OttlFunction[] {
  return byContext[context] ?? [];
}
