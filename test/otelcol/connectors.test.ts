import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { jsonToProtobuf, Signal } from "@genscope/otlp";
import { parse } from "yaml";
import { buildOtelcol } from "../../bench/peers/otelcol/build.mts";
import { countComponent, countConnector } from "../../packages/collector/src/connectors/count.ts";
import {
  signalToMetricsComponent,
  signalToMetricsConnector,
} from "../../packages/collector/src/connectors/signal-to-metrics.ts";
import {
  type SpanMetricsConfig,
  spanMetricsComponent,
} from "../../packages/collector/src/connectors/span-metrics/config.ts";
import { SpanMeter } from "../../packages/collector/src/connectors/span-metrics/span-meter.ts";
import { createIndexer, internalLimits } from "../../packages/collector/src/graph/index-request.ts";
import { createTelemetry } from "../../packages/collector/src/graph/telemetry.ts";
import {
  type DeltaToCumulativeConfig,
  deltaToCumulativeComponent,
} from "../../packages/collector/src/processors/delta-to-cumulative/config.ts";
import { DeltaMeter } from "../../packages/collector/src/processors/delta-to-cumulative/delta-meter.ts";
import type { Meter } from "../../packages/collector/src/meter/meter.ts";
import { type DeltaRequestCase, deltaRequestOf } from "../../packages/collector/src/testing/delta-requests.ts";
import {
  itemRequests,
  type ItemsCase,
  type SignalRequest,
} from "../../packages/collector/src/testing/item-requests.ts";
import { metricsOf, type SeenPoint } from "../../packages/collector/src/testing/metrics-of.ts";
import { freePort } from "../support/free-port.ts";
import { postOnceUp } from "./post-once-up.ts";

/** What makes metrics, by the cases of the collector's own tests, beside the Collector's. */
interface Case extends ItemsCase {
  readonly name: string;
  readonly connector?: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly requests?: readonly DeltaRequestCase[];
  readonly collectEach?: boolean;
  readonly errors?: unknown;
  readonly twice?: boolean;
}

interface Trial {
  readonly name: string;
  readonly kind: "connectors" | "processors";
  readonly type: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly requests: readonly SignalRequest[];
  readonly meter: Meter;
}

/** Where it is otherwise on purpose, and why. */
const differs: Readonly<Record<string, string>> = {
  "a dimension by its old name finds the new attribute, and the other way round":
    "the Collector looks for the name alone",
  "a span whose resource has no service name counts without one": "the Collector leaves such spans out",
  "an int and then a double": "the Collector forgets the int",
  "dimensions keep their types": "the Collector puts a number and the text of it into one series",
  "scopes that tell series apart": "in the Collector scopes do not tell series apart",
  "a span that was sampled stands for as many as its trace state says, with its tokens":
    "the Collector rounds each span to a whole number at random, this the sum",
};
const refused: readonly string[] = ["a dimension that is built in is there once"];
/** Options of this project alone. */
const own = ["usage", "cost"];

function casesOf(name: string): readonly Case[] {
  const file = join(import.meta.dirname, `../../packages/collector/cases/${name}.yaml`);
  return parse(readFileSync(file, "utf8"), { merge: true }) as readonly Case[];
}

function spanTrials(): Trial[] {
  return casesOf("span-metrics")
    .filter(({ name }) => !refused.includes(name))
    .map(({ name, config = {}, spans = [] }) => {
      const theirs = Object.fromEntries(Object.entries(config).filter(([key]) => !own.includes(key)));
      const parsed = spanMetricsComponent.config.parse({
        add_resource_attributes: true,
        ...config,
      }) as SpanMetricsConfig;
      const options = { config: parsed, pricing: undefined, id: "spanmetrics", telemetry: createTelemetry() };
      const meter = new SpanMeter({ ...options, warn: () => {} });
      const requests = itemRequests({ spans });
      return { name, kind: "connectors" as const, type: "spanmetrics", config: theirs, requests, meter };
    });
}

function itemTrials(): Trial[] {
  const connectors = {
    count: ["count", countComponent, countConnector],
    signal_to_metrics: ["signaltometrics", signalToMetricsComponent, signalToMetricsConnector],
  } as const;
  return casesOf("item-metrics").flatMap(({ name, connector, config = {}, errors, twice, ...items }) => {
    const found = connector === "count" || connector === "signal_to_metrics" ? connectors[connector] : undefined;
    const isOwn = "aggregation_temporality" in config || "aggregation_cardinality_limit" in config;
    if (found === undefined || errors !== undefined || twice !== undefined || isOwn) return [];
    const [type, component, made] = found;
    const meter = made.meterOf(component.config.parse(config) as never, () => {});
    return [{ name, kind: "connectors" as const, type, config, requests: itemRequests(items), meter }];
  });
}

function deltaTrials(): Trial[] {
  return casesOf("delta-to-cumulative").flatMap(({ name, config = {}, requests, collectEach }) => {
    if (requests === undefined || collectEach === true) return [];
    const parsed = deltaToCumulativeComponent.config.parse(config) as DeltaToCumulativeConfig;
    const meter = new DeltaMeter(parsed, "deltatocumulative", createTelemetry());
    const sent = requests.map((request) => ({ signal: Signal.metrics, bytes: deltaRequestOf(request) }));
    return [{ name, kind: "processors" as const, type: "deltatocumulative", config, requests: sent, meter }];
  });
}

const trials: readonly Trial[] = [...spanTrials(), ...itemTrials(), ...deltaTrials()];

const pathOf = { [Signal.traces]: "traces", [Signal.logs]: "logs", [Signal.metrics]: "metrics" } as const;

function idOf(i: number): string {
  return `${trials[i]!.type}/${i}`;
}

/** The pipelines of a trial, by their ids. */
function pipelinesOf({ kind, requests }: Trial, i: number): object {
  const exporters = [`file/${i}`];
  if (kind === "processors")
    return { [`metrics/${i}`]: { receivers: [`otlp/${i}`], processors: [idOf(i)], exporters } };
  const signals = new Set(requests.map(({ signal }) => pathOf[signal]));
  const into = Array.from(signals, (signal) => [
    `${signal}/in_${i}`,
    { receivers: [`otlp/${i}`], exporters: [idOf(i)] },
  ]);
  return { ...Object.fromEntries(into), [`metrics/${i}`]: { receivers: [idOf(i)], exporters } };
}

function configOf(ports: readonly number[], directory: string): object {
  const of = (wanted: Trial["kind"]): object =>
    Object.fromEntries(
      [...trials.entries()]
        .filter(([, { kind }]) => kind === wanted)
        .map(([i, { type, config }]) => [
          idOf(i),
          type === "spanmetrics" ? { ...config, metrics_flush_interval: "500ms" } : config,
        ]),
    );
  return {
    receivers: Object.fromEntries(
      ports.map((port, i) => [`otlp/${i}`, { protocols: { http: { endpoint: `127.0.0.1:${port}` } } }]),
    ),
    processors: of("processors"),
    connectors: of("connectors"),
    exporters: Object.fromEntries(ports.map((_, i) => [`file/${i}`, { path: join(directory, `${i}.json`) }])),
    service: {
      telemetry: { metrics: { level: "none" }, logs: { level: "error" } },
      pipelines: Object.assign({}, ...trials.map(pipelinesOf)) as object,
    },
  };
}

function shared(attributes: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  return Object.entries(attributes)
    .filter(isShared)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** A point as far as both have it: of sums the last or, of differences, all together. */
interface Sum {
  readonly kind: string;
  readonly unit: string;
  readonly temporality: number | undefined;
  readonly isMonotonic: boolean;
  value: number;
  count: number;
  sum: number;
  buckets: number[];
  readonly layout: string;
}

const cumulative = 2;

/** The Collector's instances name themselves, since several may write a series. */
function isShared([key]: readonly [string, unknown]): boolean {
  return key !== "collector.instance.id" && !key.startsWith("signal_to_metrics.");
}

/** Of what goes through; metrics that are made name their maker there. */
function scopeOf({ scope }: SeenPoint): string {
  return /connector|metrics/u.test(scope) ? "" : scope;
}

/** What the buckets are. Those of exponential histograms change with what is in them, so differences have others in each request. */
function layoutOf({ kind, temporality, more }: SeenPoint): string {
  if (kind !== "exponentialHistogram") return JSON.stringify(more["explicitBounds"]) ?? "";
  if (temporality !== cumulative) return "";
  const { scale = 0, zeroCount = 0, positive = {}, negative = {} } = more;
  const sides = [positive, negative].map((side) => ({ offset: 0, bucketCounts: [], ...Object(side) }) as object);
  return JSON.stringify([scale, Number(zeroCount), ...sides]);
}

function summed(points: readonly SeenPoint[]): Record<string, Sum> {
  const found: Record<string, Sum> = {};
  for (const point of points) {
    const { metric, kind, unit, temporality, isMonotonic, value = 0, more } = point;
    const key = JSON.stringify([
      metric,
      kind,
      unit,
      isMonotonic,
      shared(point.resource),
      shared(point.labels),
      scopeOf(point),
    ]);
    const buckets = ((more["bucketCounts"] ?? []) as unknown[]).map(Number);
    const next: Sum = {
      kind,
      unit,
      temporality,
      isMonotonic,
      value,
      count: Number(more["count"] ?? 0),
      sum: Number(more["sum"] ?? 0),
      buckets,
      layout: layoutOf(point),
    };
    const earlier = found[key];
    if (earlier !== undefined && temporality !== cumulative && kind !== "gauge") {
      next.value += earlier.value;
      next.count += earlier.count;
      next.sum += earlier.sum;
      next.buckets = buckets.map((count, at) => count + (earlier.buckets[at] ?? 0));
    }
    found[key] = next;
  }
  for (const one of Object.values(found)) one.sum = Number(one.sum.toFixed(6));
  return Object.fromEntries(Object.entries(found).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

describe("what makes metrics beside the Collector's own", () => {
  let directory = "";
  before(async () => {
    const program = await buildOtelcol();
    directory = await mkdtemp(join(tmpdir(), "genscope-otelcol-"));
    const ports: number[] = [];
    for (const _ of trials) ports.push(await freePort());
    const file = join(directory, "config.json");
    await writeFile(file, JSON.stringify(configOf(ports, directory)));
    const child = spawn(program, ["--config", file], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    const exited = once(child, "exit");
    try {
      for (const [i, { requests }] of trials.entries()) {
        for (const { signal, bytes } of requests) {
          await postOnceUp(`http://127.0.0.1:${ports[i]}/v1/${pathOf[signal]}`, bytes, () => child.exitCode);
        }
      }
      // two intervals of the connector
      await sleep(1_500);
    } catch (error) {
      throw new Error(`the Collector did not run: ${said.slice(-4_000)}`, { cause: error });
    } finally {
      child.kill("SIGTERM");
      await exited;
    }
  });
  after(() => rm(directory, { recursive: true, force: true }));

  for (const [i, { name, type, requests, meter }] of trials.entries()) {
    const why = differs[name];
    it(`${type}: ${name}${why === undefined ? "" : ` differs: ${why}`}`, async () => {
      const text = (await readFile(join(directory, `${i}.json`), "utf8").catch(() => "")).trim();
      const lines = text === "" ? [] : text.split("\n");
      const theirs = metricsOf(lines.map((line) => jsonToProtobuf(Signal.metrics, Buffer.from(line))));
      const index = createIndexer(internalLimits);
      for (const { signal, bytes } of requests) meter.consume(index(signal, bytes), 1_000);
      const ours = metricsOf(meter.collect(2_000).map(({ request }) => request));
      if (why === undefined) assert.deepEqual(summed(ours), summed(theirs));
      else assert.notDeepEqual(summed(ours), summed(theirs), "listed as a difference, and is none");
    });
  }
});
