import { readFileSync } from "node:fs";
import { join } from "node:path";
import { jsonToProtobuf, protobufToJson, Signal } from "@genscope/otlp";
import { parse } from "yaml";
import type { PipelineSignal } from "../components.ts";

export const routingTargets = ["one", "two", "rest"] as const;
type Targets = readonly (typeof routingTargets)[number][];

/** A row of routing.yaml. */
export interface RoutingCase {
  readonly name: string;
  readonly signal: PipelineSignal;
  readonly gives: Readonly<Partial<Record<Targets[number], readonly string[]>>>;
  /** The connector's, its pipelines called by the names of targets. */
  readonly config: object;
}

interface Row extends Omit<RoutingCase, "config" | "signal"> {
  readonly signal?: PipelineSignal;
  readonly error_mode?: string;
  readonly default?: Targets;
  readonly table: readonly (Readonly<Record<string, unknown>> & { readonly to: Targets })[];
}

export const signalByName = { traces: Signal.traces, logs: Signal.logs, metrics: Signal.metrics } as const;

/** `pipelineOf` says what a target's pipeline is called. */
export function readRoutingCases(
  pipelineOf: (target: string, signal: PipelineSignal, index: number) => string,
): readonly RoutingCase[] {
  const file = join(import.meta.dirname, "../../cases/routing.yaml");
  const rows = parse(readFileSync(file, "utf8")) as readonly Row[];
  return rows.map(({ name, signal = "traces", error_mode: errorMode, default: rest = ["rest"], table, gives }, i) => {
    const named = (targets: Targets): readonly string[] => targets.map((target) => pipelineOf(target, signal, i));
    const config = {
      ...(errorMode === undefined ? {} : { error_mode: errorMode }),
      default_pipelines: named(rest),
      table: table.map(({ to, ...route }) => ({ ...route, pipelines: named(to) })),
    };
    return { name, signal, gives, config };
  });
}

type Json = Readonly<Record<string, unknown>>;

const attribute = (key: string, value: string | number): object => ({
  key,
  value: typeof value === "string" ? { stringValue: value } : { intValue: value },
});
const plural = { traces: "Spans", logs: "LogRecords", metrics: "Metrics" } as const;
const singular = { traces: "Spans", logs: "Logs", metrics: "Metrics" } as const;

function itemsOf(signal: PipelineSignal): readonly object[] {
  const items = [1, 2];
  if (signal === "logs") {
    return items.map((n) => ({ body: { stringValue: `s${n}` }, attributes: [attribute("n", n)] }));
  }
  if (signal === "metrics") {
    return items.map((n) => ({ name: `m${n}`, gauge: { dataPoints: items.map((asInt) => ({ asInt })) } }));
  }
  return items.map((n) => ({
    traceId: "1".repeat(32),
    spanId: String(n).repeat(16),
    name: `s${n}`,
    attributes: [attribute("n", n)],
  }));
}

/** What every case is given. */
export function routingInput(signal: PipelineSignal): Uint8Array {
  const key = plural[signal].replace(/^./u, (letter) => letter.toLowerCase());
  const scopes = ["x", "y"].map((name) => ({ scope: { name }, [key]: itemsOf(signal) }));
  const resources = ["a", "b"].map((name) => ({
    resource: { attributes: [attribute("name", name), ...(name === "a" ? [attribute("tier", "gold")] : [])] },
    [`scope${singular[signal]}`]: scopes,
  }));
  const request = { [`resource${singular[signal]}`]: resources };
  return jsonToProtobuf(signalByName[signal], Buffer.from(JSON.stringify(request)));
}

function list(value: unknown, key: string): readonly Json[] {
  return (Object(value)[key] ?? []) as readonly Json[];
}

function namesOf(signal: PipelineSignal, item: Json): readonly string[] {
  if (signal === "traces") return [String(item["name"])];
  if (signal === "logs") return [String(Object(item["body"]).stringValue)];
  return list(item["gauge"], "dataPoints").map(({ asInt }) => `${String(item["name"])}/${String(asInt)}`);
}

/** The items of requests, as cases write them. */
export function routedItems(signal: PipelineSignal, requests: readonly Uint8Array[]): readonly string[] {
  const key = plural[signal].replace(/^./u, (letter) => letter.toLowerCase());
  return requests
    .flatMap((bytes) => {
      const request: unknown = JSON.parse(Buffer.from(protobufToJson(signalByName[signal], bytes)).toString("utf8"));
      return list(request, `resource${singular[signal]}`).flatMap((resource) => {
        const [name] = list(resource["resource"], "attributes");
        return list(resource, `scope${singular[signal]}`).flatMap((scope) =>
          list(scope, key).flatMap((item) =>
            namesOf(signal, item).map(
              (one) => `${Object(name!["value"]).stringValue}/${Object(scope["scope"]).name}/${one}`,
            ),
          ),
        );
      });
    })
    .toSorted();
}
