import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ProtoWriter } from "@genscope/otlp/proto";
import { parse } from "yaml";
import type { ComponentType } from "../../components.ts";
import { createIndexer, internalLimits } from "../../graph/index-request.ts";
import type { Meter } from "../../meter/meter.ts";
import { StateReader } from "../../meter/state-reader.ts";
import { itemRequests, type ItemsCase } from "../../testing/item-requests.ts";
import { metricsOf } from "../../testing/metrics-of.ts";
import { type ExpectedPoint, shownPoint } from "../../testing/shown-point.ts";
import { countComponent, countConnector } from "../count.ts";
import { signalToMetricsComponent, signalToMetricsConnector } from "../signal-to-metrics.ts";
import { sumComponent, sumConnector } from "../sum.ts";
import type { ItemConnector } from "./item-connector.ts";

interface Case extends ItemsCase {
  readonly name: string;
  readonly connector: "count" | "sum" | "signal_to_metrics";
  readonly config?: object;
  /** The whole input a second time, after a collection. */
  readonly twice?: boolean;
  readonly gives?: Readonly<Record<string, readonly ExpectedPoint[]>>;
  /** The metric whose value could not be had. */
  readonly error?: string;
  readonly errors?: readonly string[];
}

const cases = parse(
  readFileSync(join(import.meta.dirname, "../../../cases/item-metrics.yaml"), "utf8"),
) as readonly Case[];
const connectors: Readonly<Record<Case["connector"], readonly [ComponentType, ItemConnector<never>]>> = {
  count: [countComponent, countConnector],
  sum: [sumComponent, sumConnector],
  signal_to_metrics: [signalToMetricsComponent, signalToMetricsConnector],
};

function feed(meter: Meter, items: ItemsCase, atMs: number): void {
  const index = createIndexer(internalLimits);
  for (const { signal, bytes } of itemRequests(items)) meter.consume(index(signal, bytes), atMs);
}

describe("metrics of items", () => {
  for (const one of cases) {
    it(one.name, () => {
      const [component, connector] = connectors[one.connector];
      const config = component.config.parse(one.config ?? {});
      assert.deepEqual(component.check?.(config) ?? [], one.errors ?? []);
      if (one.gives === undefined) return;
      const failed: string[] = [];
      const made = (): Meter => connector.meterOf(config as never, (metric) => failed.push(metric));
      const meter = made();
      feed(meter, one, 1_000);
      if (one.twice === true) {
        meter.collect(2_000);
        feed(meter, one, 3_000);
      }
      const out = new ProtoWriter(1024);
      meter.save(out);
      const saved = out.finish().slice();
      const points = metricsOf(meter.collect(4_000).map(({ request }) => request));
      assert.deepEqual([...new Set(points.map(({ metric }) => metric))].toSorted(), Object.keys(one.gives).toSorted());
      for (const [metric, expected] of Object.entries(one.gives)) {
        const wanted = expected.map((point) => ({ labels: {}, ...point }));
        const of = points.filter((point) => point.metric === metric);
        assert.deepEqual(
          of.map((point, index) => shownPoint(point, wanted[index] ?? { labels: {} })),
          wanted,
          metric,
        );
      }
      assert.deepEqual(failed, one.error === undefined ? [] : [one.error]);
      const restored = made();
      restored.load(new StateReader(saved));
      assert.deepEqual(metricsOf(restored.collect(4_000).map(({ request }) => request)), points);
    });
  }

  it("says which expression and which condition do not compile", () => {
    const config = signalToMetricsComponent.config.parse({
      spans: [{ name: "n", sum: { value: "attributes[" }, conditions: ["name = 1"] }],
    });
    const [value, condition] = signalToMetricsComponent.check!(config);
    assert.match(
      value!,
      /failed to validate spans configuration: failed to parse value OTTL expression for summary: unable to parse/,
    );
    assert.match(condition!, /failed to parse OTTL conditions: unable to parse OTTL condition "name = 1"/);
  });
});
