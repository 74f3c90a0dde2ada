import { readFixed64, readString } from "@genscope/otlp";
import type { Cursor } from "../cursor.ts";
import { attributesField, countField, nanoFields, type PathTable, textField } from "./field.ts";

const of = { kind: "event", row: (cursor: Cursor) => cursor.event } as const;
const time = nanoFields(of, "timeUnixNano", ({ traces }, row) => readFixed64(traces, traces.events.timeOffset[row]!));

export const spanEventPaths: PathTable = {
  time_unix_nano: time.nano,
  time: time.time,
  name: textField(of, "name", ({ traces }, row) =>
    readString(traces, traces.events.nameOffset[row]!, traces.events.nameLength[row]!),
  ),
  attributes: attributesField("event", of.row, ({ traces }, row) => traces.events.firstAttribute[row]!),
  dropped_attributes_count: countField(
    of,
    "droppedAttributesCount",
    ({ traces }, row) => traces.events.droppedAttributesCount[row]!,
  ),
  event_index: () => ({ get: (cursor) => BigInt(cursor.eventIndex) }),
};
