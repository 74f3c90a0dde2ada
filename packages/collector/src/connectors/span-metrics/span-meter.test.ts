import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createPricing } from "@genscope/semconv/prices";
import { Signal } from "@genscope/otlp";
import { ProtoWriter } from "@genscope/otlp/proto";
import { parse } from "yaml";
import { Catalogue } from "../../catalogue.ts";
import { ConfigError } from "../../config/config-error.ts";
import { loadConfig } from "../../config/load-config.ts";
import { parseConfig } from "../../config/parse-config.ts";
import { createIndexer, internalLimits } from "../../graph/index-request.ts";
import { createTelemetry, type Telemetry } from "../../graph/telemetry.ts";
import { StateReader } from "../../meter/state-reader.ts";
import { metricsOf, type SeenPoint } from "../../testing/metrics-of.ts";
import { type ExpectedPoint, shownPoint } from "../../testing/shown-point.ts";
import { hex, requestsOf, type SpanCase } from "../../testing/span-cases.ts";
import { type SpanMetricsConfig, spanMetricsComponent } from "./config.ts";
import { SpanMeter } from "./span-meter.ts";

function casesOf(name: string): unknown {
  return parse(readFileSync(join(import.meta.dirname, `../../../cases/${name}.yaml`), "utf8"), { merge: true });
}

interface Case {
  readonly name: string;
  readonly config?: object;
  readonly spans: readonly SpanCase[];
  readonly labels?: Readonly<Record<string, unknown>>;
  readonly bare?: boolean;
  readonly gives: Readonly<Record<string, readonly ExpectedPoint[]>>;
  readonly warns?: string;
  readonly rolledUp?: number;
}

const usual = {
  "service.name": "shop",
  "span.name": "step",
  "span.kind": "SPAN_KIND_INTERNAL",
  "status.code": "STATUS_CODE_UNSET",
};
const receivedAtMs = 1_767_225_601_000;

interface Made {
  readonly meter: SpanMeter;
  readonly telemetry: Telemetry;
  readonly warnings: readonly string[];
}

function meterOf(config: object = {}): Made {
  const telemetry = createTelemetry();
  const warnings: string[] = [];
  const parsed = spanMetricsComponent.config.parse(config) as SpanMetricsConfig;
  const meter = new SpanMeter({
    config: parsed,
    pricing: parsed.usage.enabled || parsed.cost.enabled ? createPricing() : undefined,
    id: "spanmetrics",
    telemetry,
    warn: (message) => warnings.push(message),
  });
  return { meter, telemetry, warnings };
}

function count(meter: SpanMeter, spans: readonly SpanCase[], atMs = receivedAtMs): void {
  const index = createIndexer(internalLimits);
  for (const request of requestsOf(spans)) meter.consume(index(Signal.traces, request), atMs);
}

function collect(meter: SpanMeter, timeMs: number): readonly SeenPoint[] {
  return metricsOf(meter.collect(timeMs).map(({ request }) => request));
}

/** A meter that goes on where another one was. */
function restored(from: SpanMeter, config: object): SpanMeter {
  const out = new ProtoWriter(1024);
  from.save(out);
  const { meter } = meterOf(config);
  meter.load(new StateReader(out.finish()));
  return meter;
}

describe("span_metrics", () => {
  for (const one of casesOf("span-metrics") as readonly Case[]) {
    it(one.name, () => {
      const { meter, telemetry, warnings } = meterOf(one.config);
      count(meter, one.spans);
      const points = collect(meter, receivedAtMs + 1_000);
      assert.deepEqual([...new Set(points.map(({ metric }) => metric))].toSorted(), Object.keys(one.gives).toSorted());
      for (const [metric, expected] of Object.entries(one.gives)) {
        const of = points.filter((point) => point.metric === metric);
        const wanted = expected.map(({ bare = one.bare ?? false, labels, ...rest }) => ({
          labels: { ...(bare ? {} : { ...usual, ...one.labels }), ...labels },
          ...rest,
        }));
        assert.equal(of.length, wanted.length, metric);
        assert.deepEqual(
          of.map((point, index) => shownPoint(point, wanted[index]!)),
          wanted,
          metric,
        );
      }
      if (one.warns !== undefined)
        assert.ok(
          warnings.some((warning) => warning.includes(one.warns!)),
          String(warnings),
        );
      else
        assert.deepEqual(
          warnings.filter((warning) => !warning.startsWith("no price")),
          [],
        );
      if (one.rolledUp !== undefined) {
        const found = telemetry.read().find(({ name }) => name.endsWith("rolled_up_spans"));
        assert.equal(found?.value, one.rolledUp);
      }
    });
  }

  it("goes on from a saved state as if nothing had been", () => {
    for (const one of casesOf("span-metrics") as readonly Case[]) {
      const whole = meterOf(one.config).meter;
      count(whole, one.spans);
      let parts = meterOf(one.config).meter;
      for (const span of one.spans) {
        count(parts, [span]);
        parts = restored(parts, one.config ?? {});
      }
      assert.deepEqual(collect(parts, receivedAtMs + 1_000), collect(whole, receivedAtMs + 1_000), one.name);
    }
  });

  it("counts every call of senders that number their traces and spans", () => {
    const { meter } = meterOf({ namespace: "gen_ai", histogram: { disable: true }, cost: { enabled: false } });
    const calls = Array.from({ length: 60 }, (_, n) => n).flatMap((trace) =>
      Array.from({ length: 60 }, (_, span): SpanCase => ({
        trace: `${trace}`,
        id: `${span + 1}`,
        parent: "0",
        attributes: { "gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 1 },
      })),
    );
    count(meter, calls);
    const tokens = collect(meter, receivedAtMs + 1_000).find(({ metric }) => metric.endsWith("input_tokens"));
    assert.equal(tokens?.value, 3_600);
  });

  it("keeps the start of a sum, and chains those of differences", () => {
    const { meter } = meterOf({ histogram: { disable: true } });
    count(meter, [{}], receivedAtMs);
    const [first] = collect(meter, receivedAtMs + 1_000);
    count(meter, [{}], receivedAtMs + 5_000);
    const [second] = collect(meter, receivedAtMs + 6_000);
    assert.deepEqual([first?.value, second?.value], [1, 2]);
    assert.equal(first?.startNano, BigInt(receivedAtMs) * 1_000_000n);
    assert.equal(second?.startNano, first.startNano);
    assert.equal(second.timeNano, BigInt(receivedAtMs + 6_000) * 1_000_000n);

    const delta = meterOf({
      histogram: { disable: true },
      aggregation_temporality: "AGGREGATION_TEMPORALITY_DELTA",
    }).meter;
    count(delta, [{}], receivedAtMs);
    const [one] = collect(delta, receivedAtMs + 1_000);
    assert.deepEqual(collect(delta, receivedAtMs + 2_000), []);
    count(delta, [{}, {}], receivedAtMs + 2_500);
    const [two] = collect(delta, receivedAtMs + 3_000);
    assert.deepEqual([one?.value, two?.value], [1, 2]);
    assert.equal(two?.startNano, BigInt(receivedAtMs + 2_000) * 1_000_000n);
  });

  it("forgets series and services that were not seen for a while, and the longest unseen ones above a number", () => {
    const series = meterOf({ histogram: { disable: true }, series_expiration: "1m" }).meter;
    count(series, [{ name: "a" }, { name: "b" }]);
    count(series, [{ name: "b" }], receivedAtMs + 50_000);
    assert.deepEqual(
      collect(series, receivedAtMs + 70_000).map(({ labels, value }) => [labels["span.name"], value]),
      [["b", 2]],
    );
    count(series, [{ name: "a" }], receivedAtMs + 80_000);
    assert.deepEqual(
      collect(series, receivedAtMs + 90_000).map(({ labels, value }) => [labels["span.name"], value]),
      [
        ["b", 2],
        ["a", 1],
      ],
    );

    const services = meterOf({ histogram: { disable: true }, metrics_expiration: "1m" }).meter;
    count(services, [{ service: "old" }, { service: "new" }]);
    count(services, [{ service: "new" }], receivedAtMs + 50_000);
    assert.deepEqual(
      collect(services, receivedAtMs + 70_000).map(({ labels }) => labels["service.name"]),
      ["new"],
    );

    const few = meterOf({ histogram: { disable: true }, resource_metrics_cache_size: 2 }).meter;
    for (const [index, service] of ["a", "b", "c"].entries()) count(few, [{ service }], receivedAtMs + index);
    assert.deepEqual(
      collect(few, receivedAtMs + 1_000).map(({ labels }) => labels["service.name"]),
      ["b", "c"],
    );
  });

  it("gives spans as exemplars, up to a number, and new ones every time", () => {
    const { meter } = meterOf({
      namespace: "",
      exemplars: { enabled: true, max_per_data_point: 2 },
      cost: { enabled: false },
    });
    const call = { attributes: { "gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 7 } };
    count(
      meter,
      ["s1", "s2", "s3"].map((id) => ({ id, trace: "t", ms: 20, ...call })),
    );
    for (const { metric, more } of collect(meter, receivedAtMs + 1_000)) {
      const exemplars = more["exemplars"] as readonly Record<string, unknown>[];
      assert.deepEqual(
        exemplars.map(({ traceId, spanId, asDouble }) => [traceId, spanId, asDouble]),
        ["s1", "s2"].map((span) => [hex("t", 32), hex(span, 16), metric.endsWith("tokens") ? 7 : 20]),
        metric,
      );
    }
    for (const { more } of collect(meter, receivedAtMs + 2_000)) assert.equal(more["exemplars"], undefined);
  });

  it("splits what it has to say into requests that are a microsecond apart", () => {
    const { meter } = meterOf({ namespace: "", histogram: { disable: true } });
    count(
      meter,
      Array.from({ length: 5_000 }, (_, index) => ({ name: `span ${index}` })),
    );
    const requests = meter.collect(receivedAtMs + 1_000);
    assert.deepEqual(
      requests.map(({ itemCount }) => itemCount),
      [4096, 904],
    );
    const times = requests.map(({ request }) => metricsOf([request])[0]!.timeNano);
    assert.equal(times[1]! - times[0]!, 1_000n);
  });
});

interface ConfigCase {
  readonly name: string;
  readonly config?: object;
  readonly errors?: readonly string[];
  readonly refused?: string;
}

describe("the configuration of span_metrics", () => {
  for (const one of casesOf("span-metrics-config") as readonly ConfigCase[]) {
    it(one.name, async () => {
      const written = {
        receivers: { nop: {} },
        exporters: { nop: {} },
        connectors: { span_metrics: one.config ?? null },
        service: {
          pipelines: {
            traces: { receivers: ["nop"], exporters: ["span_metrics"] },
            metrics: { receivers: ["span_metrics"], exporters: ["nop"] },
          },
        },
      };
      const loaded = await loadConfig([`yaml:${JSON.stringify(written)}`], { env: {} });
      const said = (
        isStrict: boolean,
      ): { readonly errors: readonly string[]; readonly warnings: readonly string[] } => {
        const { registry } = new Catalogue();
        try {
          return { errors: [], warnings: parseConfig(loaded, registry, { isStrict }).warnings };
        } catch (error) {
          assert.ok(error instanceof ConfigError);
          const errors = error.problems.map(({ message, hint }) =>
            hint === undefined ? message : `${message} (${hint})`,
          );
          return { errors, warnings: [] };
        }
      };
      const prefix = "connectors::span_metrics: ";
      const { errors, warnings } = said(false);
      assert.deepEqual(
        errors,
        (one.errors ?? []).map((error) => prefix + error),
      );
      const refused = one.refused === undefined ? [] : [prefix + one.refused];
      assert.deepEqual(
        warnings,
        refused.map((warning) => `${warning} (the Collector refuses this; here it runs)`),
      );
      if (refused.length > 0) assert.deepEqual(said(true).errors, refused);
    });
  }
});
