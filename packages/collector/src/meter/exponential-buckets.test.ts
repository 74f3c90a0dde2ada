import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bucketOf } from "./exponential-buckets.ts";
import { ExponentialHistogram } from "./exponential-histogram.ts";
import { ProtoWriter } from "@genscope/otlp/proto";
import { indexMetrics, readExponentialHistogramPoint } from "@genscope/otlp";
import { MetricsWriter } from "./metrics-writer.ts";

describe("exponential buckets", () => {
  it("have upper bounds that belong to them", () => {
    for (const scale of [-3, -1, 0, 1, 3, 8, 20]) {
      for (const value of [1e-7, 0.5, 1, 1.5, 2, 3, 4, 1000, 12_345.678, 65_536]) {
        const bucket = bucketOf(value, scale);
        const base = 2 ** (2 ** -scale);
        const tolerance = 1 + 1e-9;
        assert.ok(base ** bucket < value * tolerance, `${value} at ${scale}`);
        assert.ok(value <= base ** (bucket + 1) * tolerance, `${value} at ${scale}`);
      }
    }
    assert.equal(bucketOf(4, 0), 1);
    assert.equal(bucketOf(4.001, 0), 2);
  });

  it("hold every value that was recorded, in no more than their number", () => {
    const histogram = new ExponentialHistogram({ name: "d" }, 20);
    const values = Array.from({ length: 500 }, (_, n) => 0.001 * 1.03 ** n * (n % 17 === 0 ? -1 : 1));
    for (const value of values) histogram.record(0, value, 1);
    const writer = new MetricsWriter(2);
    writer.of({ resource: new Uint8Array(0), scope: new Uint8Array(0) }, histogram.metric);
    histogram.writeValue(writer.begin(), 0);
    writer.end();
    const view = indexMetrics(writer.finish()[0]!.request);
    const point = readExponentialHistogramPoint(view, 0);
    assert.equal(point.count, 500n);
    const base = 2 ** (2 ** -point.scale);
    for (const [buckets, sign] of [
      [point.positive, 1],
      [point.negative, -1],
    ] as const) {
      assert.ok(buckets.bucketCounts.length <= 20);
      for (const [index, count] of buckets.bucketCounts.entries()) {
        const [low, high] = [base ** (buckets.offset + index), base ** (buckets.offset + index + 1)];
        const within = values.filter((value) => value * sign > low && value * sign <= high).length;
        assert.equal(Number(count), within);
      }
    }
    const out = new ProtoWriter(64);
    histogram.save(out, 0);
    assert.ok(out.finish().length > 10);
  });
});
