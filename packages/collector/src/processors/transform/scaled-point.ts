import type { PointObject } from "../../ottl/paths/read-points.ts";
import { toInt } from "../../ottl/values/convert.ts";

type Fields = Readonly<Record<string, unknown>>;

function scaledFields(fields: Fields, names: readonly string[], multiplier: number): PointObject {
  const result: PointObject = { ...fields };
  for (const name of names) {
    const value = fields[name];
    if (typeof value === "number") result[name] = value * multiplier;
    else if (typeof value === "bigint") result[name] = toInt(Number(value) * multiplier);
    else if (Array.isArray(value)) {
      result[name] = value.map((one: unknown) =>
        typeof one === "number"
          ? one * multiplier
          : scaledFields(Object(one) as Fields, ["value", "asInt", "asDouble"], multiplier),
      );
    }
  }
  return result;
}

/** A number, histogram or summary point with everything measured multiplied; an int stays one, cut off. */
export function scaledPoint(point: PointObject, multiplier: number): PointObject {
  const isHistogram = "bucketCounts" in point || "explicitBounds" in point;
  const names = isHistogram
    ? ["sum", "min", "max", "explicitBounds", "exemplars"]
    : ["asInt", "asDouble", "sum", "quantileValues"];
  return scaledFields(point, names, multiplier);
}
