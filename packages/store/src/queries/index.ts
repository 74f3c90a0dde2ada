export { traceFacets } from "./facets.ts";
export { spansSince } from "./recent-spans.ts";
export { listServices, tableSizes } from "./services.ts";
export { spanDetail } from "./span-details.ts";
export type { TraceFilter } from "./trace-filter.ts";
export { CursorError, listTraces } from "./trace-list.ts";
export { traceLogsOtlpJson, traceOtlpJson } from "./trace-otlp.ts";
export { traceSkeleton } from "./trace-skeleton.ts";
export { traceSummaries } from "./trace-summaries.ts";
