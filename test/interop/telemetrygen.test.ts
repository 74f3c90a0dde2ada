import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SpanDetail } from "@genscope/server/contract";
import { eventually, type RunningGenscope, startGenscope } from "./genscope.ts";
import { installTelemetrygen, runTelemetrygen } from "./install.ts";
import { bool, int, keyValues, list, text } from "./sent-span.ts";

const traceCount = 3;
const childCount = 2;
const spanNanos = 1_234_567n;
const resourceFlags = ['interop.text="grün 🟢"', "interop.flag=true", "interop.list=[1,2,3]"];
const itemFlags = ["interop.big=9007199254740993", 'interop.items=["a","b"]'];
const itemAttributes = { "interop.big": int(9007199254740993n), "interop.items": list(text("a"), text("b")) };

const repeated = (flag: string, values: readonly string[]): string[] => values.flatMap((value) => [flag, value]);
const byKey = (attributes: SpanDetail["attributes"]): Map<string, unknown> =>
  new Map(attributes.map(({ key, value }) => [key, value]));

describe("telemetrygen, the load generator in Go", () => {
  let genscope: RunningGenscope;
  let program: string;
  before(async () => {
    program = await installTelemetrygen();
    genscope = await startGenscope();
  });
  after(() => genscope.stop());

  for (const transport of ["gRPC", "HTTP"] as const) {
    const service = `telemetrygen-${transport}`;
    const common = (): string[] => [
      "--otlp-endpoint",
      new URL(transport === "gRPC" ? genscope.grpc : genscope.http).host,
      "--otlp-insecure",
      ...(transport === "HTTP" ? ["--otlp-http"] : []),
      "--rate",
      "0",
      ...repeated("--otlp-attributes", [`service.name="${service}"`, ...resourceFlags]),
      ...repeated("--telemetry-attributes", itemFlags),
    ];

    it(`over ${transport}: every span arrives, with every attribute`, async () => {
      const wanted = [
        "--traces",
        String(traceCount),
        "--child-spans",
        String(childCount),
        "--status-code",
        "Error",
        "--span-links",
        "1",
      ];
      await runTelemetrygen(program, ["traces", ...common(), ...wanted, "--span-duration", "1234567ns"]);
      const traceIds = await eventually(async () => {
        const ids = await genscope.traceIds(service);
        const counts = await Promise.all(ids.map((id) => genscope.spanCount(id)));
        return counts.length === traceCount && counts.every((count) => count === 1 + childCount) ? ids : undefined;
      }, `${traceCount} traces of ${service}`);
      const spans = await spansOf(genscope, traceIds);
      assert.equal(spans.length, traceCount * (1 + childCount));
      for (const traceId of traceIds)
        assertTrace(
          spans.filter((span) => span.traceId === traceId),
          service,
        );
      const known = new Set(spans.map(({ spanId }) => spanId));
      const links = spans.flatMap((span) => span.links);
      assert.ok(links.length >= spans.length - 1 && links.every(({ spanId }) => known.has(spanId)));
    });

    it(`over ${transport}: log records are shown with their span`, async () => {
      const [traceId = ""] = await genscope.traceIds(service);
      const [span] = await spansOf(genscope, [traceId]);
      assert.ok(span);
      const of = ["--trace-id", traceId, "--span-id", span.spanId];
      const record = [
        "--logs",
        "2",
        "--body",
        "grüße\nzwei Zeilen",
        "--severity-number",
        "17",
        "--severity-text",
        "Error",
      ];
      await runTelemetrygen(program, ["logs", ...common(), ...of, ...record]);
      const logs = await eventually(async () => {
        const found = (await genscope.span(traceId, span.spanId))?.logs;
        return found?.length === 2 ? found : undefined;
      }, "two log records");
      for (const log of logs) {
        assert.deepEqual(log.body, text("grüße\nzwei Zeilen"));
        assert.deepEqual([log.severityNumber, log.severityText], [17, "Error"]);
        const attributes = byKey(log.attributes);
        for (const { key, value } of keyValues(itemAttributes)) assert.deepEqual(attributes.get(key), value);
      }
    });

    for (const [kind, table, value] of [
      ["Gauge", "otel_metrics_gauge", "Value"],
      ["Sum", "otel_metrics_sum", "Value"],
      ["Histogram", "otel_metrics_histogram", "Count"],
      ["ExponentialHistogram", "otel_metrics_exponential_histogram", "Count"],
    ] as const) {
      it(`over ${transport}: a metric of kind ${kind} is stored`, async () => {
        const wanted = ["--metric-type", kind, "--metrics", "3", "--otlp-metric-name", `interop.${kind}`];
        await runTelemetrygen(program, ["metrics", ...common(), ...wanted]);
        const sql = `SELECT MetricName, count() AS points, min(isNotNull(${value})) AS told, any(Attributes['interop.big']) AS big, any(ResourceAttributes['interop.text']) AS resource
          FROM ${table} WHERE ServiceName = '${service}' GROUP BY MetricName`;
        const [row] = await eventually(async () => {
          const rows = await genscope.query(sql);
          return Number(rows[0]?.["points"] ?? 0) === 3 ? rows : undefined;
        }, `three points in ${table}`);
        assert.deepEqual(
          { ...row, points: Number(row?.["points"]) },
          { MetricName: `interop.${kind}`, points: 3, told: 1, big: "9007199254740993", resource: "grün 🟢" },
        );
      });
    }
  }
});

function assertTrace(spans: readonly SpanDetail[], service: string): void {
  const root = spans.find(({ parentSpanId }) => parentSpanId === null);
  const children = spans.filter(({ parentSpanId }) => parentSpanId !== null);
  assert.ok(root);
  assert.deepEqual([root.name, root.kind], ["lets-go", "client"]);
  assert.deepEqual(children.map(({ name }) => name).toSorted(), ["okey-dokey-0", "okey-dokey-1"]);
  for (const child of children) {
    assert.deepEqual([child.parentSpanId, child.kind], [root.spanId, "server"]);
    assert.equal(BigInt(child.endUnixNano) - BigInt(child.startUnixNano), spanNanos);
  }
  const [first, second] = children.toSorted((left, right) => left.name.localeCompare(right.name));
  assert.equal(
    second?.startUnixNano,
    first?.endUnixNano,
    "each child starts where the one before ends, to the nanosecond",
  );
  for (const span of spans) {
    assert.equal(span.status.code, "error");
    assert.deepEqual(
      byKey(span.attributes),
      byKey(
        keyValues({
          "network.peer.address": text("1.2.3.4"),
          "service.peer.name": text(span === root ? "telemetrygen-server" : "telemetrygen-client"),
          ...itemAttributes,
        }),
      ),
    );
    assert.deepEqual(
      byKey(span.resource.attributes),
      byKey(
        keyValues({
          "service.name": text(service),
          "interop.text": text("grün 🟢"),
          "interop.flag": bool(true),
          "interop.list": list(int(1), int(2), int(3)),
        }),
      ),
    );
    assert.equal(span.scope.name, "telemetrygen");
  }
}

/** The spans of traces, by the ids that the skeletons tell. */
async function spansOf(genscope: RunningGenscope, traceIds: readonly string[]): Promise<SpanDetail[]> {
  const details = await Promise.all(
    traceIds.map(async (traceId) => {
      const ids = await genscope.spanIds(traceId);
      return Promise.all(ids.map((spanId) => genscope.span(traceId, spanId)));
    }),
  );
  return details.flat().filter((detail) => detail !== undefined);
}
