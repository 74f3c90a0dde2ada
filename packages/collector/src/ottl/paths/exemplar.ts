import { readExemplarValue, readFixed64, readHex } from "@genscope/otlp";
import type { Cursor } from "../cursor.ts";
import type { Value } from "../values/value.ts";
import { attributesField, expectDouble, expectInt, idFields, nanoFields, type Path, type PathTable } from "./field.ts";

const of = { kind: "exemplar", row: (cursor: Cursor) => cursor.exemplar } as const;
const time = nanoFields(of, "timeUnixNano", ({ metrics }, row) =>
  readFixed64(metrics, metrics.exemplars.timeOffset[row]!),
);
const traceId = idFields(of, "traceId", 16, ({ metrics }, row) =>
  readHex(metrics, metrics.exemplars.traceIdOffset[row]!, 16),
);
const spanId = idFields(of, "spanId", 8, ({ metrics }, row) =>
  readHex(metrics, metrics.exemplars.spanIdOffset[row]!, 8),
);

function measured(cursor: Cursor): Value {
  const changed = cursor.edits.fields.get("exemplar")?.get(cursor.exemplar);
  const value = changed?.get("asInt") ?? changed?.get("asDouble");
  return (value as Value | undefined) ?? readExemplarValue(cursor.metrics, cursor.exemplar) ?? null;
}

function valuePath(field: "asInt" | "asDouble", zero: Value, expect: (value: Value) => bigint | number): Path {
  const other = field === "asInt" ? "asDouble" : "asInt";
  return () => ({
    get: (cursor) => {
      const value = measured(cursor);
      return typeof value === typeof zero ? value : zero;
    },
    set: (cursor, value) => {
      const wanted = expect(value);
      cursor.edits.fields.get("exemplar")?.get(cursor.exemplar)?.delete(other);
      cursor.edits.setField("exemplar", cursor.exemplar, field, wanted);
    },
  });
}

export const exemplarPaths: PathTable = {
  filtered_attributes: attributesField(
    "exemplar",
    of.row,
    ({ metrics }, row) => metrics.exemplars.firstAttribute[row]!,
  ),
  time_unix_nano: time.nano,
  time: time.time,
  trace_id: traceId.id,
  "trace_id.string": traceId.text,
  span_id: spanId.id,
  "span_id.string": spanId.text,
  double_value: valuePath("asDouble", 0, expectDouble),
  int_value: valuePath("asInt", 0n, expectInt),
};
