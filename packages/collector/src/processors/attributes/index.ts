import type { z } from "zod";
import { type ComponentType, type PipelineSignal, signals } from "../../components.ts";
import { list, section } from "../../config/fields.ts";
import { Cursor, eachItem, parseProblems } from "../../ottl/index.ts";
import { compileMatch } from "../ottl/match-filter.ts";
import { type MatchProperties, matchProperties } from "../ottl/match-properties.ts";
import type { StatelessFactory } from "../stateless.ts";
import { actionFields, actionProblems } from "./action-config.ts";
import { compileActions, type Owner } from "./compile-actions.ts";

const schema = section({ include: matchProperties, exclude: matchProperties, actions: list(actionFields) });

type AttributesConfig = z.output<typeof schema>;

/** What include and exclude are about. */
const itemOf = { traces: "span", metrics: "metric", logs: "log" } as const;

/** Parts of a match that only items of other signals have say nothing of this one. */
function partsFor(match: MatchProperties | undefined, signal: PipelineSignal): MatchProperties | undefined {
  if (match === undefined) return undefined;
  const { match_type, resources, libraries, services, attributes } = match;
  const common = { match_type, resources, libraries, services };
  switch (signal) {
    case "traces":
      return { ...common, attributes, span_names: match.span_names, span_kinds: match.span_kinds };
    case "logs":
      return {
        ...common,
        attributes,
        log_bodies: match.log_bodies,
        log_severity_texts: match.log_severity_texts,
        log_severity_number: match.log_severity_number,
      };
    default:
      return { ...common, metric_names: match.metric_names };
  }
}

function matchOf({ include, exclude }: AttributesConfig, signal: PipelineSignal) {
  return compileMatch({ include: partsFor(include, signal), exclude: partsFor(exclude, signal) }, itemOf[signal]);
}

function check(checked: unknown): readonly string[] {
  const config = checked as AttributesConfig;
  if (config.actions.length === 0) return ['missing required field "actions"'];
  const match = signals.map((signal) => () => matchOf(config, signal));
  return [...actionProblems(config.actions), ...new Set(parseProblems(...match))];
}

/** Changes attributes of spans, log records and data points. */
export const attributesComponent: ComponentType = {
  kind: "processors",
  type: "attributes",
  signals,
  differs: {
    "actions[].from_context":
      "never finds anything, and says so: a batch may be handled long after its connection is gone",
  },
  config: schema,
  check,
};

export const createAttributes: StatelessFactory<AttributesConfig> = (config, { warn }) => {
  warnOfContext(config.actions, warn);
  const act = compileActions(config.actions);
  const match = Object.fromEntries(signals.map((signal) => [signal, matchOf(config, signal)]));
  const owners: Readonly<Record<PipelineSignal, Owner>> = {
    traces: { kind: "span", row: -1, first: -1 },
    metrics: { kind: "point", row: -1, first: -1 },
    logs: { kind: "log", row: -1, first: -1 },
  };
  const contextOf = { traces: "span", metrics: "datapoint", logs: "log" } as const;
  return {
    process(batch) {
      const cursor = new Cursor(batch);
      const isMeant = match[batch.signal];
      const owner = owners[batch.signal];
      eachItem(contextOf[batch.signal], cursor, () => {
        if (isMeant?.(cursor) === false) return;
        if (batch.signal === "traces") {
          owner.row = cursor.span;
          owner.first = batch.view.spans.firstAttribute[cursor.span]!;
        } else if (batch.signal === "logs") {
          owner.row = cursor.log;
          owner.first = batch.view.logs.firstAttribute[cursor.log]!;
        } else {
          owner.row = cursor.point;
          owner.first = batch.view.points.firstAttribute[cursor.point]!;
        }
        act(cursor, owner);
      });
    },
  };
};

/** What the connection said is not kept with a batch: see {@link otelcolPaths}. */
export function warnOfContext(
  actions: readonly { readonly key: string; readonly from_context: string }[],
  warn: (message: string) => void,
): void {
  for (const { key, from_context: from } of actions) {
    if (from !== "")
      warn(`"from_context: ${from}" of key "${key}" never finds anything: connections are not known here`);
  }
}
