import type { PipelineSignal } from "../../components.ts";
import type { ContextName, Cursor, OnError } from "../../ottl/index.ts";
import { compileGroup } from "../ottl/compile-group.ts";
import type { Group } from "../ottl/group-fields.ts";
import { compileMatch, type IncludeExclude } from "../ottl/match-filter.ts";
import type { MatchProperties } from "../ottl/match-properties.ts";
import type { FilterConfig } from "./config.ts";
import { filterFunctions } from "./functions.ts";

/** What is dropped of one context. */
export interface Drop {
  readonly context: ContextName;
  readonly isMeant: (cursor: Cursor) => boolean;
}

/** Conditions that drop, by context, the outermost first, and the older words of a signal. */
interface Rules {
  readonly inContexts: readonly (readonly [ContextName, readonly string[]])[];
  readonly groups: readonly Group[];
  /** Of which each must keep an item. */
  readonly matches: readonly IncludeExclude[];
  readonly item: "span" | "log" | "metric";
}

type MetricMatch = FilterConfig["metrics"]["include"];
type LogMatch = FilterConfig["logs"]["include"];

/** Names and resources each include and exclude on their own. */
function ofMetric(include: MetricMatch, exclude: MetricMatch): IncludeExclude[] {
  const names = (one: MetricMatch): MatchProperties | undefined =>
    one && { match_type: one.match_type, metric_names: one.metric_names };
  const resources = (one: MetricMatch): MatchProperties | undefined =>
    one && { match_type: one.match_type, resources: one.resource_attributes };
  return [
    { include: names(include), exclude: names(exclude) },
    { include: resources(include), exclude: resources(exclude) },
  ];
}

function ofLog(one: LogMatch): MatchProperties | undefined {
  return (
    one && {
      match_type: one.match_type,
      resources: one.resource_attributes,
      attributes: one.record_attributes,
      log_severity_texts: one.severity_texts,
      log_severity_number: one.severity_number,
      log_bodies: one.bodies,
    }
  );
}

function rulesOf(config: FilterConfig, signal: PipelineSignal): Rules {
  const { traces, metrics, logs, spans } = config;
  switch (signal) {
    case "traces":
      return {
        inContexts: [
          ["resource", traces.resource],
          ["span", traces.span],
          ["spanevent", traces.spanevent],
        ],
        groups: config.trace_conditions,
        matches: [spans],
        item: "span",
      };
    case "metrics":
      return {
        inContexts: [
          ["resource", metrics.resource],
          ["metric", metrics.metric],
          ["datapoint", metrics.datapoint],
        ],
        groups: config.metric_conditions,
        matches: ofMetric(metrics.include, metrics.exclude),
        item: "metric",
      };
    default:
      return {
        inContexts: [
          ["resource", logs.resource],
          ["log", logs.log_record],
        ],
        groups: config.log_conditions,
        matches: [{ include: ofLog(logs.include), exclude: ofLog(logs.exclude) }],
        item: "log",
      };
  }
}

/** What a configuration says of one signal in more than one of its three ways, of which only one can hold. */
export function mixedWays(config: FilterConfig, signal: PipelineSignal): readonly string[] {
  const { inContexts, groups, matches } = rulesOf(config, signal);
  const ways = [
    ...(groups.length > 0 ? [`${signal.replace(/s$/u, "")}_conditions`] : []),
    ...(inContexts.some(([, texts]) => texts.length > 0) ? [`conditions by context`] : []),
    ...(matches.some(({ include, exclude }) => include ?? exclude) ? ["include and exclude"] : []),
  ];
  return ways.length > 1 ? [`of ${signal}, only one of ${ways.join(", ")} can be given`] : [];
}

/** What to drop of a signal, in the order to look. @throws {OttlParseError} */
export function compileDrops(config: FilterConfig, signal: PipelineSignal, onError: OnError): readonly Drop[] {
  const { inContexts, groups, matches, item } = rulesOf(config, signal);
  const named = inContexts
    .filter(([, conditions]) => conditions.length > 0)
    .map(([context, conditions]): Group => ({ context, conditions, statements: [], errorMode: undefined }));
  const errorMode = config.error_mode ?? "ignore";
  const drops = [...named, ...groups].map((group): Drop => {
    const { context, holds } = compileGroup(group, { signal, errorMode, onError, functionsOf: filterFunctions });
    return { context, isMeant: holds };
  });
  const kept = matches.flatMap((match) => compileMatch(match, item) ?? []);
  if (kept.length === 0) return drops;
  return [...drops, { context: item, isMeant: (cursor) => !kept.every((isKept) => isKept(cursor)) }];
}
