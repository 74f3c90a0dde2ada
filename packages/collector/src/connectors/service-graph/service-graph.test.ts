import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { ProtoWriter } from "@genscope/otlp/proto";
import { parse } from "yaml";
import { createIndexer, internalLimits } from "../../graph/index-request.ts";
import { createTelemetry } from "../../graph/telemetry.ts";
import { StateReader } from "../../meter/state-reader.ts";
import { metricsOf } from "../../testing/metrics-of.ts";
import { requestsOf, type SpanCase } from "../../testing/span-cases.ts";
import { type ServiceGraphConfig, serviceGraphComponent } from "./config.ts";
import { GraphMeter } from "./graph-meter.ts";

interface Case {
  readonly name: string;
  readonly config?: object;
  readonly spans?: readonly SpanCase[];
  readonly gives?: readonly {
    readonly labels: Readonly<Record<string, unknown>>;
    readonly total: number;
    readonly failed?: number;
    readonly client?: number;
    readonly server?: number;
    readonly bounds?: readonly number[];
  }[];
  readonly dropped?: number;
  readonly expired?: number;
  readonly errors?: readonly string[];
}

const cases = parse(
  readFileSync(join(import.meta.dirname, "../../../cases/service-graph.yaml"), "utf8"),
) as readonly Case[];

describe("service_graph", () => {
  for (const one of cases) {
    it(one.name, () => {
      const config = serviceGraphComponent.config.parse(one.config ?? {}) as ServiceGraphConfig;
      assert.deepEqual(serviceGraphComponent.check?.(config), one.errors ?? []);
      if (one.gives === undefined) return;
      const telemetry = createTelemetry();
      let meter = new GraphMeter(config, "servicegraph", telemetry);
      const index = createIndexer(internalLimits);
      for (const request of requestsOf(one.spans ?? [])) {
        meter.consume(index(Signal.traces, request), 1_000);
        // a restart after every request
        const out = new ProtoWriter(1024);
        meter.save(out);
        meter = new GraphMeter(config, "servicegraph", telemetry);
        meter.load(new StateReader(out.finish()));
      }
      const points = metricsOf(meter.collect(10_000).map(({ request }) => request));
      const of = (name: string) => points.filter(({ metric }) => metric === `traces_service_graph_request_${name}`);
      const total = of("total");
      assert.deepEqual(
        total.map(({ labels }) => labels),
        one.gives.map(({ labels }) => labels),
      );
      for (const [at, { labels, total: count, failed, client, server, bounds }] of one.gives.entries()) {
        const like = (name: string) =>
          of(name).find((point) => JSON.stringify(point.labels) === JSON.stringify(total[at]?.labels));
        assert.equal(total[at]?.value, count, JSON.stringify(labels));
        assert.equal(like("failed_total")?.value, failed);
        for (const [name, seconds] of Object.entries({ client_seconds: client, server_seconds: server })) {
          assert.equal(Number(like(name)?.more["count"]), count);
          if (seconds !== undefined) assert.equal(Number(like(name)?.more["sum"]).toFixed(6), seconds.toFixed(6));
          if (bounds !== undefined) assert.deepEqual(like(name)?.more["explicitBounds"], bounds);
        }
      }
      const counted = (name: string): unknown => telemetry.read().find((each) => each.name.endsWith(name))?.value;
      assert.equal(counted("dropped_spans"), one.dropped ?? 0);
      if (one.expired !== undefined) assert.equal(counted("expired_edges"), one.expired);
    });
  }
});
