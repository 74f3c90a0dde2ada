import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { jsonToProtobuf, Signal } from "@genscope/otlp";
import { aLogsRequest, aTraceRequest, toAttributes } from "@genscope/otlp/testing";
import type { PlainAttributes, PlainValue, SpanInit } from "@genscope/otlp/testing";
import * as fc from "fast-check";
import { spanDetail, traceOtlpJson } from "./queries/index.ts";
import { openTestStore } from "./testing/index.ts";
import type { TestStore } from "./testing/index.ts";

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom("", "\0", "a\0b", "'; DROP TABLE spans; --", "\\", "\t\n\r", "{p0:String}", "<script>", "😀", "ÿ"),
);

const { value: plainValue } = fc.letrec<{ value: PlainValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    text,
    fc.boolean(),
    fc.double(),
    fc.integer(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n), -0, Number.NaN, Infinity, -Infinity, 5e-324, null),
    fc.uint8Array({ maxLength: 9 }),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(text, tie("value"), { maxKeys: 3 }),
  ),
}));
const attributes: fc.Arbitrary<PlainAttributes> = fc.dictionary(text, plainValue, { maxKeys: 6 });
const time = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });

function id(bytes: number): fc.Arbitrary<string> {
  return fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .filter((raw) => raw.some((byte) => byte !== 0))
    .map((raw) => Buffer.from(raw).toString("hex"));
}

const span: fc.Arbitrary<SpanInit> = fc.record({
  spanId: id(8),
  parentSpanId: id(8),
  traceState: text,
  flags: uint32,
  name: text,
  kind: fc.integer({ min: 0, max: 5 }),
  startTime: time,
  endTime: time,
  attributes,
  droppedAttributesCount: uint32,
  events: fc.array(fc.record({ time, name: text, attributes, droppedAttributesCount: uint32 }), { maxLength: 3 }),
  droppedEventsCount: uint32,
  links: fc.array(
    fc.record({
      traceId: id(16),
      spanId: id(8),
      traceState: text,
      flags: uint32,
      attributes,
      droppedAttributesCount: uint32,
    }),
    { maxLength: 2 },
  ),
  droppedLinksCount: uint32,
  status: fc.record({ code: fc.integer({ min: 0, max: 2 }), message: text }),
});

const kinds = ["unspecified", "internal", "server", "client", "producer", "consumer"];
const statuses = ["unset", "ok", "error"];

/** Attributes in the API's form, whose doubles JSON can hold. */
function keyValues(of: PlainAttributes | undefined): unknown[] {
  const list = toAttributes(of).toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return list.map(({ key, value }) => ({ key, value: inJson(value) }));
}

function inJson(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(inJson);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inJson(inner)]));
  return value;
}

/** Order of a map's keys is not part of it, and neither is that of a span's attributes. */
function canonical(list: unknown): unknown {
  return JSON.parse(JSON.stringify(list, (_, value: unknown) => (Object.is(value, -0) ? "-0" : value)));
}

describe("what is stored is what was sent", () => {
  let test: TestStore;
  before(async () => {
    test = await openTestStore();
  });
  after(() => test[Symbol.asyncDispose]());

  it("every field of a span, of every type, exactly", async () => {
    let trace = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(span, { selector: ({ spanId }) => spanId, minLength: 1, maxLength: 6 }),
        attributes,
        attributes,
        text,
        async (spans, resource, scope, schemaUrl) => {
          const traceId = (++trace).toString(16).padStart(32, "a");
          await test.load(
            Signal.traces,
            aTraceRequest({
              resource,
              resourceSchemaUrl: schemaUrl,
              scope: { name: schemaUrl, version: schemaUrl, attributes: scope },
              scopeSchemaUrl: schemaUrl,
              spans: spans.map((one) => ({ ...one, traceId })),
            }),
          );
          for (const sent of spans) {
            const stored = await spanDetail(test.store.client, traceId, sent.spanId!);
            assert.ok(stored !== undefined, "the span is not there");
            const { type: _, logs: __, receivedUnixNano: ___, ...fields } = stored;
            assert.deepEqual(
              canonical(fields),
              canonical({
                traceId,
                spanId: sent.spanId,
                parentSpanId: sent.parentSpanId,
                traceState: sent.traceState,
                flags: sent.flags,
                name: sent.name,
                kind: kinds[sent.kind!],
                startUnixNano: String(sent.startTime),
                endUnixNano: String(sent.endTime),
                status: { code: statuses[sent.status!.code!], message: sent.status!.message },
                attributes: keyValues(sent.attributes),
                droppedAttributesCount: sent.droppedAttributesCount,
                events: sent.events!.map((event) => ({
                  timeUnixNano: String(event.time),
                  name: event.name,
                  attributes: inJson(toAttributes(event.attributes)),
                  droppedAttributesCount: event.droppedAttributesCount,
                })),
                droppedEventsCount: sent.droppedEventsCount,
                links: sent.links!.map((link) => ({ ...link, attributes: inJson(toAttributes(link.attributes)) })),
                droppedLinksCount: sent.droppedLinksCount,
                resource: { attributes: keyValues(resource), droppedAttributesCount: 0, schemaUrl },
                scope: {
                  name: schemaUrl,
                  version: schemaUrl,
                  attributes: keyValues(scope),
                  droppedAttributesCount: 0,
                  schemaUrl,
                },
              }),
            );
          }
        },
      ),
      { numRuns: 15, endOnFailure: true },
    );
  });

  it("a trace given back as OTLP/JSON is the trace again when it is sent elsewhere", async () => {
    const traceId = "b".repeat(32);
    const [one] = fc.sample(span, { numRuns: 1, seed: 7 });
    await test.load(Signal.traces, aTraceRequest({ spans: [{ ...one, traceId }] }));
    const exported = await traceOtlpJson(test.store.client, traceId);
    const sent = await spanDetail(test.store.client, traceId, one!.spanId!);
    await using other = await openTestStore();
    await other.load(Signal.traces, jsonToProtobuf(Signal.traces, Buffer.from(exported!)));
    const again = await spanDetail(other.store.client, traceId, one!.spanId!);
    assert.deepEqual({ ...again, receivedUnixNano: "" }, { ...sent, receivedUnixNano: "" });
  });

  it("the log records of a span, with bodies of every type", async () => {
    const traceId = "c".repeat(32);
    const spanId = "d".repeat(16);
    const bodies: PlainValue[] = [
      "text",
      5n,
      0.5,
      true,
      null,
      new Uint8Array([0, 255]),
      ["a", [1n]],
      { k: { "": "v" } },
    ];
    await test.load(Signal.traces, aTraceRequest({ spans: [{ traceId, spanId }] }));
    await test.load(
      Signal.logs,
      aLogsRequest({
        logs: bodies.map((body, i) => ({
          traceId,
          spanId,
          time: BigInt(i + 1),
          body,
          severityNumber: 9,
          severityText: "INFO",
          eventName: "gen_ai.choice",
          attributes: { index: BigInt(i) },
        })),
      }),
    );
    const stored = await spanDetail(test.store.client, traceId, spanId);
    assert.deepEqual(
      stored?.logs,
      toAttributes(Object.fromEntries(bodies.entries())).map(({ value }, i) => ({
        timeUnixNano: String(i + 1),
        severityNumber: 9,
        severityText: "INFO",
        eventName: "gen_ai.choice",
        body: value,
        attributes: [{ key: "index", value: { intValue: String(i) } }],
      })),
    );
  });
});
