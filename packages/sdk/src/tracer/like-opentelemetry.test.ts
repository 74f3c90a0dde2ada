import assert from "node:assert/strict";
import { it } from "node:test";
import { ExportResultCode } from "@opentelemetry/core";
import { protobufToJson, Signal } from "@genscope/otlp";
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
  TraceFlags,
  createTraceState,
} from "@opentelemetry/api";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { type ReadableSpan, SimpleSpanProcessor, TracerProvider as ReferenceProvider } from "@opentelemetry/sdk-trace";
import * as fc from "fast-check";
import { SpanBatches } from "./span-batches.ts";
import { TracerProvider } from "./tracer-provider.ts";

/** What is done with a span, by an application that may give anything. */
interface Program {
  readonly name: string;
  readonly kind: SpanKind;
  readonly parent: "none" | "sampled" | "unsampled" | "with state";
  readonly isRoot: boolean;
  readonly first: Record<string, unknown>;
  readonly links: readonly Record<string, unknown>[];
  readonly steps: readonly Step[];
}

type Step =
  | { readonly do: "attribute"; readonly key: string; readonly value: unknown }
  | { readonly do: "attributes"; readonly values: Record<string, unknown> }
  | { readonly do: "event"; readonly name: string; readonly attributes: Record<string, unknown> | undefined }
  | { readonly do: "status"; readonly code: SpanStatusCode; readonly message: string | undefined }
  | { readonly do: "exception"; readonly exception: string | { name?: string; code?: number; message?: string } }
  | { readonly do: "rename"; readonly name: string }
  | { readonly do: "end" };

const limits = { attributes: 6, valueLength: 12, events: 3, links: 2, attributesPerEvent: 2, attributesPerLink: 1 };
const traceId = "0af7651916cd43dd8448eb211c80319c";

const scalar = fc.oneof(
  fc.string(),
  fc.string({ unit: "grapheme" }),
  fc.boolean(),
  fc.integer(),
  fc.double(),
  fc.maxSafeInteger(),
  fc.constantFrom(-0, 2 ** 53, -(2 ** 60), 2 ** 63, -(2 ** 63), 1e300, Number.NaN, Infinity),
);
const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(fc.oneof(scalar, fc.constant(undefined)), { maxLength: 4 }) },
  fc.constantFrom(null, undefined, Symbol("no value"), () => 1, new Date(0), 1n),
  fc.uint8Array({ maxLength: 20 }),
  fc.dictionary(fc.string(), fc.oneof(scalar, fc.array(scalar)), { maxKeys: 3, noNullPrototype: true }),
);
const key = fc
  .oneof(fc.constantFrom("a", "b", "c", "gen_ai.request.model", "toString", ""), fc.string())
  // objects, in which the SDK keeps attributes, have numbers first, and not this one, which it counts all the same
  .filter((one) => !/^\d+$|^__proto__$/u.test(one));
const attributes = fc.dictionary(key, value, { maxKeys: 5, noNullPrototype: true });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("attribute" as const), key, value }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("attributes" as const), values: attributes }) },
  fc.record({
    do: fc.constant("event" as const),
    name: fc.string(),
    attributes: fc.option(fc.dictionary(key, scalar, { maxKeys: 4, noNullPrototype: true }), { nil: undefined }),
  }),
  fc.record({
    do: fc.constant("status" as const),
    code: fc.constantFrom(SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR),
    message: fc.option(fc.string(), { nil: undefined }),
  }),
  fc.record({
    do: fc.constant("exception" as const),
    exception: fc.oneof(
      fc.string({ minLength: 1 }),
      fc.record(
        { name: fc.string(), code: fc.integer({ max: 9 }), message: fc.string({ minLength: 1 }) },
        { requiredKeys: ["message"] },
      ),
    ),
  }),
  fc.record({ do: fc.constant("rename" as const), name: fc.string() }),
  fc.record({ do: fc.constant("end" as const) }),
);
const program: fc.Arbitrary<Program> = fc.record({
  name: fc.string(),
  kind: fc.constantFrom(SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER),
  parent: fc.constantFrom("none", "sampled", "unsampled", "with state"),
  isRoot: fc.boolean(),
  // of these alone the SDK counts what is no value as dropped
  first: fc.dictionary(
    key.filter((one) => one !== ""),
    fc.oneof(scalar, fc.array(scalar)),
    { maxKeys: 8, noNullPrototype: true },
  ),
  links: fc.array(attributes, { maxLength: 4 }),
  steps: fc.array(step, { maxLength: 12 }),
});

function parentOf({ parent }: Program): Context {
  if (parent === "none") return ROOT_CONTEXT;
  const context = {
    traceId,
    spanId: "b7ad6b7169203331",
    traceFlags: parent === "unsampled" ? TraceFlags.NONE : TraceFlags.SAMPLED,
    isRemote: true,
    ...(parent === "with state" ? { traceState: createTraceState("a=1,ot=th:8") } : {}),
  };
  return trace.setSpanContext(ROOT_CONTEXT, context);
}

function run(tracer: Tracer, all: Program): void {
  const span = tracer.startSpan(
    all.name,
    {
      kind: all.kind,
      root: all.isRoot,
      startTime: [1_700_000_000, 123_456_789],
      attributes: all.first,
      links: all.links.map((linked, index) => ({
        context: { traceId, spanId: `b7ad6b716920333${index}`, traceFlags: 1, isRemote: index % 2 === 0 },
        attributes: linked,
      })),
    },
    parentOf(all),
  );
  for (const one of all.steps) take(span, one);
  span.end([1_700_000_001, 999_999_999]);
}

function take(span: Span, one: Step): void {
  switch (one.do) {
    case "attribute":
      span.setAttribute(one.key, one.value);
      break;
    case "attributes":
      span.setAttributes(one.values);
      break;
    case "event":
      span.addEvent(one.name, one.attributes, new Date(1_700_000_000_500));
      break;
    case "status":
      span.setStatus({ code: one.code, ...(one.message === undefined ? {} : { message: one.message }) });
      break;
    case "exception":
      span.recordException(one.exception as Error, 1_700_000_000_250);
      break;
    case "rename":
      span.updateName(one.name);
      break;
    case "end":
      span.end([1_700_000_000, 200_000_000]);
      break;
  }
}

/** The same in JSON: without ids that are random, and without what protobuf may leave out. */
function readable(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(protobufToJson(Signal.traces, bytes)), (name, one: unknown) => {
    if (/^dropped\w+Count$/u.test(name) && one === 0) return undefined;
    if (name === "status" && (one as { code?: number }).code === 0) return undefined;
    if (name === "traceId" && one !== traceId) return "random";
    if (name === "spanId" && !String(one).startsWith("b7ad6b716920333")) return "random";
    return one;
  });
}

function referenceBytes(programs: readonly Program[]): Uint8Array | undefined {
  const spans: ReadableSpan[] = [];
  const provider = new ReferenceProvider({
    resource: resourceFromAttributes({ "service.name": "app" }),
    spanLimits: {
      attributeCountLimit: limits.attributes,
      attributeValueLengthLimit: limits.valueLength,
      eventCountLimit: limits.events,
      linkCountLimit: limits.links,
      attributePerEventCountLimit: limits.attributesPerEvent,
      attributePerLinkCountLimit: limits.attributesPerLink,
    },
    spanProcessors: [
      new SimpleSpanProcessor({
        exporter: {
          export(batch, done) {
            spans.push(...batch);
            done({ code: ExportResultCode.SUCCESS });
          },
          shutdown: async () => {},
        },
      }),
    ],
  });
  const tracer = provider.getTracer("test", "1.2", { schemaUrl: "https://example.com/1" });
  for (const one of programs) run(tracer, one);
  return ProtobufTraceSerializer.serializeRequest(spans);
}

async function ownBytes(programs: readonly Program[]): Promise<Uint8Array | undefined> {
  let bytes: Uint8Array | undefined;
  const exporter = {
    export(batch: { readonly bytes: Uint8Array }, done: (result: { code: number }) => void): void {
      bytes = batch.bytes;
      done({ code: 0 });
    },
    shutdown: async (): Promise<void> => {},
  };
  const sinks = [new SpanBatches(exporter)];
  const provider = new TracerProvider({ resource: { attributes: { "service.name": "app" } }, limits, sinks });
  const tracer = provider.getTracer("test", "1.2", { schemaUrl: "https://example.com/1" });
  for (const one of programs) run(tracer, one);
  await provider.forceFlush();
  return bytes;
}

it("spans say what OpenTelemetry's SDK would have said, whatever is done with them", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(program, { minLength: 1, maxLength: 4 }), async (programs) => {
      const expected = referenceBytes(programs);
      const actual = await ownBytes(programs);
      if (actual === undefined) {
        assert.doesNotMatch(JSON.stringify(readable(expected!)), /spanId/u);
        return;
      }
      assert.deepEqual(readable(actual), readable(expected!));
    }),
    { numRuns: 1000 },
  );
});
