import { datapointPaths } from "./paths/datapoint.ts";
import { exemplarPaths } from "./paths/exemplar.ts";
import type { PathTable } from "./paths/field.ts";
import { logPaths } from "./paths/log.ts";
import { metricPaths } from "./paths/metric.ts";
import { otelcolPaths } from "./paths/otelcol.ts";
import { resourcePaths } from "./paths/resource.ts";
import { scopePaths } from "./paths/scope.ts";
import { spanEventPaths } from "./paths/span-event.ts";
import { spanLinkPaths } from "./paths/span-link.ts";
import { spanPaths } from "./paths/span.ts";

export type ContextName =
  | "resource"
  | "scope"
  | "span"
  | "spanevent"
  | "spanlink"
  | "log"
  | "metric"
  | "datapoint"
  | "exemplar";

/** What statements can be about: one kind of item, and what is above it. */
export interface OttlContext {
  readonly name: ContextName;
  /** Contexts whose paths can be used, itself first, by the name that goes before the path. */
  readonly paths: Readonly<Record<string, PathTable>>;
  readonly enums: Readonly<Record<string, number>>;
}

function numbered(prefix: string, names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name, number) => [`${prefix}_${name}`, number]));
}

const spanEnums = {
  ...numbered("SPAN_KIND", ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"]),
  ...numbered("STATUS_CODE", ["UNSET", "OK", "ERROR"]),
};
const levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];
const logEnums = numbered("SEVERITY_NUMBER", [
  "UNSPECIFIED",
  ...levels.flatMap((level) => ["", "2", "3", "4"].map((step) => `${level}${step}`)),
]);
const metricEnums = {
  ...numbered("AGGREGATION_TEMPORALITY", ["UNSPECIFIED", "DELTA", "CUMULATIVE"]),
  ...numbered("METRIC_DATA_TYPE", ["NONE", "GAUGE", "SUM", "HISTOGRAM", "EXPONENTIAL_HISTOGRAM", "SUMMARY"]),
};
const pointEnums = { ...metricEnums, ...numbered("FLAG", ["NONE", "NO_RECORDED_VALUE"]) };

const above = { resource: resourcePaths, otelcol: otelcolPaths };
const inScope = { scope: scopePaths, instrumentation_scope: scopePaths, ...above };
const inSpan = { span: spanPaths, ...inScope };
const inMetric = { metric: metricPaths, ...inScope };
const inPoint = { datapoint: datapointPaths, ...inMetric };

export const contexts: Readonly<Record<ContextName, OttlContext>> = {
  resource: { name: "resource", paths: above, enums: {} },
  scope: { name: "scope", paths: inScope, enums: {} },
  span: { name: "span", paths: inSpan, enums: spanEnums },
  spanevent: { name: "spanevent", paths: { spanevent: spanEventPaths, ...inSpan }, enums: spanEnums },
  spanlink: { name: "spanlink", paths: { spanlink: spanLinkPaths, ...inSpan }, enums: spanEnums },
  log: { name: "log", paths: { log: logPaths, ...inScope }, enums: logEnums },
  metric: { name: "metric", paths: inMetric, enums: metricEnums },
  datapoint: { name: "datapoint", paths: inPoint, enums: pointEnums },
  exemplar: { name: "exemplar", paths: { exemplar: exemplarPaths, ...inPoint }, enums: pointEnums },
};

/** The order in which a context is inferred: the first of these that a path names. */
export const inferenceOrder: readonly string[] = [
  "log",
  "exemplar",
  "datapoint",
  "metric",
  "spanevent",
  "spanlink",
  "span",
  "scope",
  "instrumentation_scope",
  "resource",
];

/** The context that paths with a prefix belong to. */
export function contextNamed(prefix: string): ContextName | undefined {
  if (prefix === "instrumentation_scope") return "scope";
  return Object.keys(contexts).find((name): name is ContextName => name === prefix);
}
