import { readHex, readString } from "@genscope/otlp";
import type { Cursor } from "../cursor.ts";
import { attributesField, countField, flagsField, idFields, type PathTable } from "./field.ts";
import { traceStatePath } from "./trace-state-path.ts";

const of = { kind: "link", row: (cursor: Cursor) => cursor.link } as const;
const traceId = idFields(of, "traceId", 16, ({ traces }, row) => readHex(traces, traces.links.traceIdOffset[row]!, 16));
const spanId = idFields(of, "spanId", 8, ({ traces }, row) => readHex(traces, traces.links.spanIdOffset[row]!, 8));

export const spanLinkPaths: PathTable = {
  trace_id: traceId.id,
  "trace_id.string": traceId.text,
  span_id: spanId.id,
  "span_id.string": spanId.text,
  trace_state: traceStatePath("link", of.row, ({ traces }, row) =>
    readString(traces, traces.links.traceStateOffset[row]!, traces.links.traceStateLength[row]!),
  ),
  attributes: attributesField("link", of.row, ({ traces }, row) => traces.links.firstAttribute[row]!),
  dropped_attributes_count: countField(
    of,
    "droppedAttributesCount",
    ({ traces }, row) => traces.links.droppedAttributesCount[row]!,
  ),
  flags: flagsField(of, "flags", ({ traces }, row) => traces.links.flags[row]!),
};
