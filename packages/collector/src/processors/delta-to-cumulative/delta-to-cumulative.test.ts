import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { createOtlpHttpClient } from "@genscope/otlp/client";
import { ProtoWriter } from "@genscope/otlp/proto";
import { parse } from "yaml";
import { createIndexer, internalLimits } from "../../graph/index-request.ts";
import { createTelemetry } from "../../graph/telemetry.ts";
import { StateReader } from "../../meter/state-reader.ts";
import { endpointOf, runCollector, tempDir, until } from "../../testing/collector-harness.ts";
import { type DeltaRequestCase, deltaRequestOf } from "../../testing/delta-requests.ts";
import { metricsOf, type SeenPoint } from "../../testing/metrics-of.ts";
import { type ExpectedPoint, shownPoint } from "../../testing/shown-point.ts";
import { startTarget } from "../../testing/target.ts";
import { type DeltaToCumulativeConfig, deltaToCumulativeComponent } from "./config.ts";
import { DeltaMeter } from "./delta-meter.ts";

type Put = ExpectedPoint & {
  readonly metric?: string;
  readonly scope?: string;
  readonly start?: number;
  readonly time?: number;
};

interface Case {
  readonly name: string;
  readonly config?: object;
  readonly requests?: readonly DeltaRequestCase[];
  readonly collectEach?: boolean;
  readonly collect?: readonly (readonly Put[])[];
  readonly counted?: Readonly<Record<string, number>>;
  readonly errors?: readonly string[];
}

const cases = parse(
  readFileSync(join(import.meta.dirname, "../../../cases/delta-to-cumulative.yaml"), "utf8"),
) as readonly Case[];

function secondsOf(nanoseconds: bigint): number {
  return Number(nanoseconds) / 1e9;
}

function shown(point: SeenPoint, expected: Put): Put {
  const { metric, scope, start, time, ...rest } = expected;
  return {
    ...shownPoint(point, rest),
    ...(metric === undefined ? {} : { metric: point.metric }),
    ...(scope === undefined ? {} : { scope: point.scope }),
    ...(start === undefined ? {} : { start: secondsOf(point.startNano) }),
    ...(time === undefined ? {} : { time: secondsOf(point.timeNano) }),
  };
}

function made(config: DeltaToCumulativeConfig, telemetry = createTelemetry()): DeltaMeter {
  return new DeltaMeter(config, "deltatocumulative", telemetry);
}

describe("delta_to_cumulative", () => {
  for (const one of cases) {
    it(one.name, () => {
      const config = deltaToCumulativeComponent.config.parse(one.config ?? {}) as DeltaToCumulativeConfig;
      assert.deepEqual(deltaToCumulativeComponent.check?.(config), one.errors ?? []);
      if (one.requests === undefined) return;
      const telemetry = createTelemetry();
      let meter = made(config, telemetry);
      const index = createIndexer(internalLimits);
      const put: (readonly SeenPoint[])[] = [];
      const collect = (atMs: number): void =>
        void put.push(metricsOf(meter.collect(atMs).map(({ request }) => request)));
      for (const request of one.requests) {
        const atMs = "atMs" in request ? (request.atMs ?? 0) : 0;
        // time passes
        if (one.collectEach === true) assert.deepEqual(meter.collect(atMs), []);
        meter.consume(index(Signal.metrics, deltaRequestOf(request)), atMs);
        if (one.collectEach !== true) continue;
        collect(atMs);
        const out = new ProtoWriter(1024);
        meter.save(out);
        meter = made(config, telemetry);
        meter.load(new StateReader(out.finish()));
      }
      if (one.collectEach !== true) collect(1);
      assert.deepEqual(
        put.map((points, at) => points.map((point, each) => shown(point, one.collect?.[at]?.[each] ?? { value: 0 }))),
        one.collect,
      );
      if (one.counted === undefined) return;
      const counts = telemetry
        .read()
        .filter(({ name }) => name === "otelcol_deltatocumulative_datapoints")
        .map(({ labels, value }) => [labels["error"] ?? "", value]);
      assert.deepEqual(Object.fromEntries(counts), one.counted);
    });
  }

  it("turns what signal_to_metrics puts out into a counter that a restart does not reset", async () => {
    await using dir = await tempDir();
    await using target = await startTarget("http");
    const yaml = `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:0"}}}}
processors: {deltatocumulative: }
exporters: {otlphttp: {endpoint: "${target.url}"}}
service:
  pipelines:
    metrics: {receivers: [otlp], processors: [deltatocumulative], exporters: [otlphttp]}
`;
    for (let run = 1; run <= 3; run++) {
      await using collector = await runCollector(yaml, dir.path);
      await using client = createOtlpHttpClient({ endpoint: endpointOf(collector, "OTLP/HTTP") });
      const points = [{ value: 5, start: run, time: run + 1 }];
      await client.send(Signal.metrics, deltaRequestOf([{ name: "m", monotonic: true, points }]));
      const last = (): SeenPoint | undefined => metricsOf(target.requests.map(({ body }) => body)).at(-1);
      await until(() => last()?.value === run * 5, `the sum is ${run * 5}`);
      assert.equal(last()?.startNano, 1_000_000_000n);
      assert.equal(last()?.temporality, 2);
    }
  });
});
