import type { KeyValue } from "@genscope/otlp";
import { type ContextName, define, type OttlFunction } from "../../ottl/index.ts";
import { constantText } from "../../ottl/functions/parameters.ts";
import { currentPoints } from "../../ottl/paths/current-points.ts";
import type { PointObject } from "../../ottl/paths/read-points.ts";

const valueAt = (point: PointObject, key: string): KeyValue | undefined =>
  ((point["attributes"] ?? []) as readonly KeyValue[]).find((one) => one.key === key);

const metricFunctions: readonly OttlFunction[] = [
  define(
    "HasAttrKeyOnDatapoint",
    { key: constantText },
    ({ key }) =>
      (cursor) =>
        currentPoints(cursor).some((point) => valueAt(point, key) !== undefined),
  ),
  define(
    "HasAttrOnDatapoint",
    { key: constantText, expected_val: constantText },
    ({ key, expected_val: expected }) =>
      (cursor) =>
        currentPoints(cursor).some((point) => valueAt(point, key)?.value.stringValue === expected),
  ),
];

/** Functions that the filter processor has besides the standard ones. */
export function filterFunctions(context: ContextName): readonly OttlFunction[] {
  return context === "metric" ? metricFunctions : [];
}
