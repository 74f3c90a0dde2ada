import type { Cursor } from "../../ottl/index.ts";
import type { Path } from "../../ottl/paths/field.ts";
import { metricPaths } from "../../ottl/paths/metric.ts";
import type { PointObject } from "../../ottl/paths/read-points.ts";

const textAt = (name: "name" | "description" | "unit"): ((cursor: Cursor) => string) => {
  const { get } = (metricPaths[name] as Path)([]);
  return (cursor) => get(cursor) as string;
};
const nameOf = textAt("name");
const descriptionOf = textAt("description");
const unitOf = textAt("unit");

/** What the metric at the cursor is called, with the changes made so far. */
export function headOf(cursor: Cursor): { readonly name: string; readonly description: string; readonly unit: string } {
  return { name: nameOf(cursor), description: descriptionOf(cursor), unit: unitOf(cursor) };
}

/** A point of a number with the attributes and times of another one. */
export function numberPoint(
  { attributes, startTimeUnixNano, timeUnixNano }: PointObject,
  value: bigint | number,
): PointObject {
  const measured = typeof value === "bigint" ? { asInt: value } : { asDouble: value };
  return { attributes, startTimeUnixNano, timeUnixNano, ...measured };
}

/** Adds a metric to the scope of the one at the cursor. */
export function addMetric(cursor: Cursor, metric: object): void {
  cursor.edits.add(cursor.scope, metric);
}
