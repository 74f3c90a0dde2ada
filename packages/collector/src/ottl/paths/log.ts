import { type AnyValue, readFixed64, readHex, readString } from "@genscope/otlp";
import type { Cursor } from "../cursor.ts";
import type { Target } from "../expression.ts";
import { OttlError } from "../ottl-error.ts";
import { checkStorable, readIndexed, writeIndexed } from "../values/indexing.ts";
import { toElementText } from "../values/to-text.ts";
import { isList, isMap, typeName, type Value } from "../values/value.ts";
import { fromAnyValue, readWireValue, toAnyValue } from "../values/wire.ts";
import {
  attributesField,
  countField,
  enumField,
  expectText,
  idFields,
  type IndexedPath,
  nanoFields,
  type PathTable,
  textField,
} from "./field.ts";

const of = { kind: "log", row: (cursor: Cursor) => cursor.log } as const;
const time = nanoFields(of, "timeUnixNano", ({ logs }, row) => readFixed64(logs, logs.logs.timeOffset[row]!));
const observedTime = nanoFields(of, "observedTimeUnixNano", ({ logs }, row) =>
  readFixed64(logs, logs.logs.observedTimeOffset[row]!),
);
const traceId = idFields(of, "traceId", 16, ({ logs }, row) => readHex(logs, logs.logs.traceIdOffset[row]!, 16));
const spanId = idFields(of, "spanId", 8, ({ logs }, row) => readHex(logs, logs.logs.spanIdOffset[row]!, 8));

function readBody(cursor: Cursor): Value {
  const changed = cursor.pending("log", cursor.log, "body") as AnyValue | undefined;
  if (changed !== undefined) return fromAnyValue(changed);
  const { bodyType, bodyOffset, bodyLength } = cursor.logs.logs;
  return readWireValue(cursor.view, bodyType[cursor.log]!, bodyOffset[cursor.log]!, bodyLength[cursor.log]!);
}

const writeBody = (cursor: Cursor, value: Value): void => {
  cursor.edits.setField("log", cursor.log, "body", toAnyValue(value));
};

function indexable(cursor: Cursor): Value {
  const body = readBody(cursor);
  if (!isMap(body) && !isList(body)) throw new OttlError(`log bodies of type ${typeName(body)} cannot be indexed`);
  return body;
}

const body: IndexedPath = {
  indexed: (keys): Target =>
    keys.length === 0
      ? { get: readBody, set: writeBody }
      : {
          get: (cursor) => readIndexed(cursor, indexable(cursor), keys, 0),
          set: (cursor, value) => {
            checkStorable(value);
            writeBody(cursor, writeIndexed(cursor, indexable(cursor), keys, 0, value));
          },
        },
};

export const logPaths: PathTable = {
  time_unix_nano: time.nano,
  time: time.time,
  observed_time_unix_nano: observedTime.nano,
  observed_time: observedTime.time,
  severity_number: enumField(of, "severityNumber", ({ logs }, row) => logs.logs.severityNumber[row]!),
  severity_text: textField(of, "severityText", ({ logs }, row) =>
    readString(logs, logs.logs.severityTextOffset[row]!, logs.logs.severityTextLength[row]!),
  ),
  body,
  "body.string": () => ({
    get: (cursor) => toElementText(readBody(cursor)),
    set: (cursor, value) => writeBody(cursor, expectText(value)),
  }),
  attributes: attributesField("log", of.row, ({ logs }, row) => logs.logs.firstAttribute[row]!),
  dropped_attributes_count: countField(
    of,
    "droppedAttributesCount",
    ({ logs }, row) => logs.logs.droppedAttributesCount[row]!,
  ),
  flags: countField(of, "flags", ({ logs }, row) => logs.logs.flags[row]!),
  trace_id: traceId.id,
  "trace_id.string": traceId.text,
  span_id: spanId.id,
  "span_id.string": spanId.text,
  event_name: textField(of, "eventName", ({ logs }, row) =>
    readString(logs, logs.logs.eventNameOffset[row]!, logs.logs.eventNameLength[row]!),
  ),
};
