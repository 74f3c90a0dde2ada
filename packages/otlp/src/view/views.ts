import type {
  AttributeTable,
  DataPointTable,
  EventTable,
  ExemplarTable,
  LinkTable,
  LogTable,
  MetricTable,
  ResourceTable,
  ScopeTable,
  SpanTable,
} from "./tables.ts";

/** What every view has: the bytes as received and the tables that say where things are in them. */
export interface View {
  /**
   * The protobuf request, `size` bytes of it, never written to: edits are kept apart until `encode`. Behind `size` lie values that were sent in
   * pieces and had to be joined (protobuf merges a message that is sent twice); no encoder in use does that, so nearly always there is nothing.
   */
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly resources: ResourceTable;
  readonly scopes: ScopeTable;
  readonly attributes: AttributeTable;
}

/** `ExportTraceServiceRequest` (or a `TracesData` file, which has the same wire form). */
export interface TraceView extends View {
  readonly spans: SpanTable;
  readonly events: EventTable;
  readonly links: LinkTable;
}

/** `ExportLogsServiceRequest`. */
export interface LogView extends View {
  readonly logs: LogTable;
}

/** `ExportMetricsServiceRequest`. */
export interface MetricView extends View {
  readonly metrics: MetricTable;
  readonly points: DataPointTable;
  readonly exemplars: ExemplarTable;
}
