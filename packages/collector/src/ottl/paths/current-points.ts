import type { Cursor } from "../cursor.ts";
import { toKeyValues } from "../values/wire.ts";
import { type PointObject, pointRows, readPoint } from "./read-points.ts";

/** The points of the metric the cursor is at, with the changes made so far. */
export function currentPoints(cursor: Cursor): readonly PointObject[] {
  const changed = cursor.pending("data", cursor.metric, "dataPoints");
  if (changed !== undefined && changed !== null) return changed as readonly PointObject[];
  return pointRows(cursor.metrics, cursor.metric)
    .filter((row) => !cursor.edits.isDropped("point", row))
    .map((row) => currentPoint(cursor, row));
}

function currentPoint(cursor: Cursor, row: number): PointObject {
  const { edits, metrics } = cursor;
  const point = readPoint(metrics, row);
  const fields = edits.fields.get("point")?.get(row);
  if (fields?.has("asInt") === true) delete point["asDouble"];
  if (fields?.has("asDouble") === true) delete point["asInt"];
  for (const [name, value] of fields ?? []) if (value !== null) point[name] = value;
  if (edits.attributes.get("point")?.has(row) === true) {
    point["attributes"] = toKeyValues(cursor.attributes.all("point", row, metrics.points.firstAttribute[row]!));
  }
  return point;
}
