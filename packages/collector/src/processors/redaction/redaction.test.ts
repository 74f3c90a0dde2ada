import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Edits, encode, indexLogs, indexMetrics, indexTraces, protobufToJson, Signal } from "@genscope/otlp";
import { aLogsRequest, aMetricsRequest, aTraceRequest, encodeRequest, toAttributes } from "@genscope/otlp/testing";
import type { PlainAttributes, PlainValue } from "@genscope/otlp/testing";
import { parse } from "yaml";
import { createTelemetry } from "../../graph/telemetry.ts";
import type { Batch } from "../stateless.ts";
import type { RedactionConfig } from "./config.ts";
import { createRedaction, redactionComponent } from "./index.ts";

interface Case {
  readonly name: string;
  readonly differs?: string;
  readonly config: Record<string, unknown>;
  readonly attributes?: PlainAttributes;
  readonly body?: PlainValue;
  readonly gives?: PlainAttributes;
  readonly gives_body?: PlainValue;
  readonly error?: string;
}

const cases = parse(readFileSync(join(import.meta.dirname, "../../../cases/redaction.yaml"), "utf8")) as Case[];

function configOf(written: Record<string, unknown>): RedactionConfig {
  return redactionComponent.config.parse(written) as RedactionConfig;
}

function batchOf(signal: Signal, bytes: Uint8Array): Batch {
  const edits = new Edits();
  if (signal === Signal.traces) return { signal: "traces", view: indexTraces(bytes), edits };
  if (signal === Signal.logs) return { signal: "logs", view: indexLogs(bytes), edits };
  return { signal: "metrics", view: indexMetrics(bytes), edits };
}

function redact(config: Record<string, unknown>, signal: Signal, request: Uint8Array): unknown {
  const processor = createRedaction(configOf(config), {
    id: "redaction",
    telemetry: createTelemetry(),
    warn: () => {},
  });
  const batch = batchOf(signal, request);
  processor.process(batch);
  return JSON.parse(Buffer.from(protobufToJson(signal, encode(batch.view, batch.edits))).toString());
}

/** A request with attributes in one place, for every place there is. */
const places: Readonly<Record<string, (attributes: PlainAttributes) => readonly [Signal, Uint8Array]>> = {
  resource: (attributes) => [Signal.traces, aTraceRequest({ resource: attributes, spans: [{}] })],
  scope: (attributes) => [
    Signal.traces,
    aTraceRequest({ resource: {}, scope: { name: "s", attributes }, spans: [{}] }),
  ],
  span: (attributes) => [Signal.traces, aTraceRequest({ resource: {}, spans: [{ attributes }] })],
  event: (attributes) => [
    Signal.traces,
    aTraceRequest({ resource: {}, spans: [{ events: [{ name: "e", attributes }] }] }),
  ],
  link: (attributes) => [
    Signal.traces,
    aTraceRequest({
      resource: {},
      spans: [{ links: [{ traceId: "a".repeat(32), spanId: "b".repeat(16), attributes }] }],
    }),
  ],
  log: (attributes) => [Signal.logs, aLogsRequest({ resource: {}, logs: [{ attributes }] })],
  point: (attributes) => [
    Signal.metrics,
    aMetricsRequest({
      resource: {},
      metrics: [{ name: "m", gauge: { dataPoints: [{ asInt: "1", attributes: toAttributes(attributes) }] } }],
    }),
  ],
  exemplar: (attributes) => [
    Signal.metrics,
    aMetricsRequest({
      resource: {},
      metrics: [
        {
          name: "m",
          histogram: {
            aggregationTemporality: 2,
            dataPoints: [{ count: "1", exemplars: [{ asDouble: 1.5, filteredAttributes: toAttributes(attributes) }] }],
          },
        },
      ],
    }),
  ],
};

function sorted(attributes: unknown): unknown {
  const list = (attributes ?? []) as { key: string }[];
  return list.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

/** The request's only list of attributes, under whatever name and depth. */
function attributesIn(node: unknown): unknown[] {
  if (Array.isArray(node)) return node.flatMap(attributesIn);
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === "attributes" || key === "filteredAttributes" ? (value as unknown[]) : attributesIn(value),
  );
}

/** As it comes out of a request. */
function json(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe("redaction", () => {
  for (const { name, config, attributes, body, gives, gives_body: givesBody, error } of cases) {
    if (error !== undefined) {
      it(`is refused: ${name}`, () => {
        const problems = redactionComponent.check!(configOf(config));
        assert.equal(problems.length, 1);
        assert.ok(problems[0]!.startsWith(error), problems[0]);
      });
      continue;
    }
    const expected = json(sorted(toAttributes(gives ?? {})));
    if (body === undefined) {
      for (const [place, build] of Object.entries(places)) {
        it(`${name} (${place})`, () => {
          assert.deepEqual(redactionComponent.check!(configOf(config)), []);
          assert.deepEqual(sorted(attributesIn(redact(config, ...build(attributes!)))), expected);
        });
      }
      continue;
    }
    it(name, () => {
      const request = aLogsRequest({ logs: [{ body, ...(attributes === undefined ? {} : { attributes }) }] });
      const [record] = recordsIn(redact(config, Signal.logs, request));
      assert.deepEqual(record!.body, json(toAttributes({ body: givesBody! })[0]!.value));
      assert.deepEqual(sorted(record!.attributes), expected);
    });
  }

  it("leaves a request alone in which there is nothing to do", () => {
    const batch = batchOf(Signal.traces, aTraceRequest({ spans: [{ attributes: { a: "x" } }] }));
    const config = configOf({ allow_all_keys: true, blocked_values: ["y"] });
    createRedaction(config, { id: "redaction", telemetry: createTelemetry(), warn: () => {} }).process(batch);
    assert.ok(batch.edits.isEmpty);
  });

  it("counts what became of attributes", () => {
    const telemetry = createTelemetry();
    const config = configOf({ allowed_keys: ["a", "b"], ignored_keys: ["i"], blocked_values: ["bad"] });
    const request = aTraceRequest({
      resource: {},
      spans: [{ attributes: { a: "bad", b: "good", c: 1, d: 2, i: "bad" } }],
    });
    createRedaction(config, { id: "redaction/x", telemetry, warn: () => {} }).process(batchOf(Signal.traces, request));
    const counts = telemetry.read().map(({ labels, value }) => [labels["outcome"], value]);
    assert.deepEqual(Object.fromEntries(counts), { redacted: 2, masked: 1, allowed: 0, ignored: 1 });
  });

  it("leaves nothing of a key that is sent twice", () => {
    const attributes = ["fine", "bad"].map((stringValue) => ({ key: "a", value: { stringValue } }));
    const request = encodeRequest(Signal.logs, { resourceLogs: [{ scopeLogs: [{ logRecords: [{ attributes }] }] }] });
    const [record] = recordsIn(redact({ allow_all_keys: true, blocked_values: ["bad"] }, Signal.logs, request));
    assert.deepEqual(record!.attributes, [{ key: "a", value: { stringValue: "****" } }]);
  });
});

function recordsIn(request: unknown): { readonly body?: unknown; readonly attributes?: unknown }[] {
  const { resourceLogs } = request as { resourceLogs: { scopeLogs: { logRecords: object[] }[] }[] };
  return resourceLogs.flatMap(({ scopeLogs }) => scopeLogs.flatMap(({ logRecords }) => logRecords));
}
