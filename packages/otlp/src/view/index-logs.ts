import { defaultReceiveLimits } from "../limits.ts";
import type { ReceiveLimits } from "../limits.ts";
import { createLogTable } from "./create-tables.ts";
import { idOffset } from "./id-offset.ts";
import { Indexer } from "./indexer.ts";
import { withHint } from "./looks-like.ts";
import { ValueType } from "./tables.ts";
import type { LogTable } from "./tables.ts";
import type { LogView } from "./views.ts";

/** Indexes an `ExportLogsServiceRequest`; all else as {@link indexTraces}. */
export function indexLogs(bytes: Uint8Array, limits: ReceiveLimits = defaultReceiveLimits, reuse?: LogView): LogView {
  const indexer = new LogIndexer(bytes, limits, reuse);
  try {
    indexer.request();
  } catch (error) {
    throw withHint(error, bytes, "logs");
  }
  const { resources, scopes, attributes, logs } = indexer;
  return { bytes: indexer.finish(), size: bytes.length, resources, scopes, attributes, logs };
}

class LogIndexer extends Indexer {
  readonly names = { request: "ExportLogsServiceRequest", resource: "ResourceLogs", scope: "ScopeLogs" };
  readonly logs: LogTable;

  constructor(bytes: Uint8Array, limits: ReceiveLimits, reuse: LogView | undefined) {
    super(bytes, limits, reuse);
    this.logs = reuse?.logs ?? createLogTable(Math.max(16, bytes.length >>> 8));
    this.logs.count = 0;
  }

  override item(from: number, end: number, resource: number, scope: number): void {
    const { bytes, logs } = this;
    if (++this.items > this.limits.items) this.tooMany("items", this.limits.items, "log records");
    const row = this.row(logs, logs.start);
    let timeOffset = -1;
    let observedTimeOffset = -1;
    let severityNumber = 0;
    let severityTextOffset = -1;
    let severityTextLength = 0;
    let bodyType: number = ValueType.empty;
    let bodyOffset = -1;
    let bodyLength = 0;
    let firstAttribute = -1;
    let lastAttribute = -1;
    let droppedAttributesCount = 0;
    let flags = 0;
    let traceIdOffset = -1;
    let spanIdOffset = -1;
    let eventNameOffset = -1;
    let eventNameLength = 0;
    this.attributeCount = 0;

    let p = from;
    while (p < end) {
      const at = p;
      p = this.tag(p);
      const tag = this.low;
      if ((tag & 7) === 2) {
        const start = this.length(p, end, "LogRecord");
        const length = this.low;
        p = start + length;
        switch (tag) {
          case 0x1a:
            severityTextOffset = start;
            severityTextLength = length;
            break;
          case 0x2a:
            this.valueType = bodyType;
            this.valueOffset = bodyOffset;
            this.valueLength = bodyLength;
            this.anyValue(start, p);
            bodyType = this.valueType;
            bodyOffset = this.valueOffset;
            bodyLength = this.valueLength;
            break;
          case 0x32: {
            const added = this.attribute(start, p, lastAttribute);
            if (added === -1) break;
            if (firstAttribute === -1) firstAttribute = added;
            lastAttribute = added;
            break;
          }
          case 0x4a:
            traceIdOffset = idOffset(bytes, start, length, 16);
            break;
          case 0x52:
            spanIdOffset = idOffset(bytes, start, length, 8);
            break;
          case 0x62:
            eventNameOffset = start;
            eventNameLength = length;
            break;
          default:
            if (tag >>> 3 === 0) this.noField(at);
        }
      } else if (tag === 0x09) {
        timeOffset = p;
        p += 8;
      } else if (tag === 0x59) {
        observedTimeOffset = p;
        p += 8;
      } else if (tag === 0x10) {
        p = this.varint(p, end);
        severityNumber = this.low;
      } else if (tag === 0x45) {
        flags = this.fixed32(p);
        p += 4;
      } else if (tag === 0x38) {
        p = this.varint(p, end);
        droppedAttributesCount = this.low;
      } else p = this.skip(tag, p, end, at);
    }
    if (p !== end) this.truncated("LogRecord", end);

    logs.resource[row] = resource;
    logs.scope[row] = scope;
    logs.start[row] = from;
    logs.end[row] = end;
    logs.timeOffset[row] = timeOffset;
    logs.observedTimeOffset[row] = observedTimeOffset;
    logs.severityNumber[row] = severityNumber;
    logs.severityTextOffset[row] = severityTextOffset;
    logs.severityTextLength[row] = severityTextLength;
    logs.bodyType[row] = bodyType;
    logs.bodyOffset[row] = bodyOffset;
    logs.bodyLength[row] = bodyLength;
    logs.firstAttribute[row] = firstAttribute;
    logs.droppedAttributesCount[row] = droppedAttributesCount;
    logs.flags[row] = flags;
    logs.traceIdOffset[row] = traceIdOffset;
    logs.spanIdOffset[row] = spanIdOffset;
    logs.eventNameOffset[row] = eventNameOffset;
    logs.eventNameLength[row] = eventNameLength;
    logs.problem[row] = this.problem;
  }
}
