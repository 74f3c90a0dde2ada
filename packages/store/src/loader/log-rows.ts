import { readValue, toJsonText } from "@genscope/otlp";
import type { LogView } from "@genscope/otlp";
import type { RowWriter } from "./row-writer.ts";
import type { SourceCache } from "./source-cache.ts";
import { countTypes, writeAttributeMaps } from "./write-values.ts";

/** The columns of `logs`, in the order {@link writeLogRow} writes them. */
export const logColumns: string =
  "time_unix_nano, observed_time_unix_nano, trace_id, span_id, flags, severity_number, severity_text, event_name, body, " +
  "service_name, resource_id, scope_id, string_attributes, int_attributes, double_attributes, bool_attributes, other_attributes, " +
  "dropped_attributes_count, received_at, journal_position";

export function writeLogRow(
  out: RowWriter,
  view: LogView,
  bytes: Buffer,
  sources: SourceCache,
  log: number,
  receivedAtMs: number,
  journalPosition: number,
): void {
  const { logs } = view;
  out.fixed64(bytes, logs.timeOffset[log]!);
  out.fixed64(bytes, logs.observedTimeOffset[log]!);
  if (logs.traceIdOffset[log] === -1) out.zeros(16);
  else out.raw(bytes, logs.traceIdOffset[log]!, 16);
  out.fixed64(bytes, logs.spanIdOffset[log]!);
  out.u32(logs.flags[log]!);
  out.u8(logs.severityNumber[log]!);
  out.slice(bytes, logs.severityTextOffset[log]!, logs.severityTextLength[log]!);
  out.slice(bytes, logs.eventNameOffset[log]!, logs.eventNameLength[log]!);
  out.text(toJsonText(readValue(view, logs.bodyType[log]!, logs.bodyOffset[log]!, logs.bodyLength[log]!)));
  const resource = logs.resource[log]!;
  out.slice(bytes, sources.serviceOffset[resource]!, sources.serviceLength[resource]!);
  out.raw(sources.resourceIds, resource * 8, 8);
  out.raw(sources.scopeIds, logs.scope[log]! * 8, 8);
  const first = logs.firstAttribute[log]!;
  writeAttributeMaps(out, view, bytes, first, countTypes(view.attributes, first));
  out.u32(logs.droppedAttributesCount[log]!);
  out.safeInteger(receivedAtMs);
  out.safeInteger(journalPosition);
}
