import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  context as contextApi,
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  TraceFlags,
} from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { suppressTracing } from "@opentelemetry/core";
import type { ReadableSpan, SpanProcessor } from "../setup/extensions.ts";
import type { RecordedSpan } from "./recorded-span.ts";
import type { Sampler } from "./recording-tracer.ts";
import { readSpanLimits } from "./span-limits.ts";
import { TracerProvider } from "./tracer-provider.ts";

contextApi.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

const nothing = async (): Promise<void> => {};

/** A provider, and the names and attributes of what it would have sent. */
function setUp(options: { sampler?: Sampler; processors?: readonly SpanProcessor[] } = {}) {
  const sent: { readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }[] = [];
  const sink = {
    add: (span: RecordedSpan) => void sent.push({ name: span.name, attributes: { ...span.attributes } }),
    flush: nothing,
    shutdown: nothing,
  };
  const resource = { attributes: { "service.name": "app" } };
  const provider = new TracerProvider({ resource, limits: readSpanLimits({}), sinks: [sink], ...options });
  return { provider, sent, tracer: provider.getTracer("test", "1.0") };
}

function within(spanContext: Parameters<typeof trace.setSpanContext>[1]): Context {
  return trace.setSpanContext(ROOT_CONTEXT, spanContext);
}

const current = (): string | undefined => trace.getActiveSpan()?.spanContext().spanId;
const nanos = ([seconds, rest]: readonly [number, number]): bigint => BigInt(seconds) * 10n ** 9n + BigInt(rest);
const fail = (): never => {
  throw new Error("broken");
};

const traceId = "0af7651916cd43dd8448eb211c80319c";
const remote = { traceId, spanId: "b7ad6b7169203331", traceFlags: TraceFlags.SAMPLED, isRemote: true };

describe("a tracer", () => {
  it("gives each span ids of its own, and those below it its trace's", () => {
    const { tracer } = setUp();
    const ids = new Set<string>();
    for (let i = 0; i < 1000; i++) {
      const parent = tracer.startSpan("parent", {}, ROOT_CONTEXT);
      const child = tracer.startSpan("child", {}, trace.setSpan(ROOT_CONTEXT, parent));
      assert.equal(child.spanContext().traceId, parent.spanContext().traceId);
      assert.ok(trace.isSpanContextValid(parent.spanContext()) && trace.isSpanContextValid(child.spanContext()));
      assert.equal(parent.spanContext(), parent.spanContext());
      for (const span of [parent, child]) ids.add(span.spanContext().spanId);
      ids.add(parent.spanContext().traceId);
    }
    assert.equal(ids.size, 3000);
  });

  it("follows its parent's decision and hands on its state", () => {
    const { tracer, sent } = setUp();
    const traceState = createTraceState("vendor=1");
    const child = tracer.startSpan("child", {}, within({ ...remote, traceState }));
    assert.equal(child.spanContext().traceId, traceId);
    assert.equal(child.spanContext().traceState?.serialize(), "vendor=1");
    child.end();
    const left = tracer.startSpan("left out", {}, within({ ...remote, traceFlags: TraceFlags.NONE }));
    assert.equal(left.isRecording(), false);
    assert.equal(left.spanContext().traceId, traceId);
    left.end();
    const root = tracer.startSpan("root", { root: true }, within(remote));
    assert.notEqual(root.spanContext().traceId, traceId);
    root.end();
    assert.deepEqual(
      sent.map(({ name }) => name),
      ["child", "root"],
    );
  });

  it("asks a sampler, with what it is given at the start; what is recorded only is not sent", () => {
    const asked: unknown[] = [];
    const processed: string[] = [];
    const { tracer, sent } = setUp({
      sampler: {
        shouldSample(_context, id, name, kind, attributes) {
          asked.push([id.length, name, kind, attributes]);
          return { decision: name === "kept" ? 2 : name === "recorded" ? 1 : 0, attributes: { policy: "p" } };
        },
      },
      processors: [
        { onStart() {}, onEnd: (span) => void processed.push(span.name), forceFlush: nothing, shutdown: nothing },
      ],
    });
    for (const name of ["kept", "recorded", "dropped"]) {
      tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes: { a: 1 } }, ROOT_CONTEXT).end();
    }
    assert.deepEqual(asked[0], [32, "kept", SpanKind.CLIENT, { a: 1 }]);
    assert.deepEqual(sent, [{ name: "kept", attributes: { a: 1, policy: "p" } }]);
    assert.deepEqual(processed, ["kept", "recorded"]);
  });

  it("makes nothing where tracing is suppressed", () => {
    const { tracer, sent } = setUp();
    tracer.startSpan("suppressed", {}, suppressTracing(ROOT_CONTEXT)).end();
    assert.deepEqual(sent, []);
  });

  it("runs a function with its span active, in each way the API has", () => {
    const { tracer, sent } = setUp();
    for (const active of [
      tracer.startActiveSpan("one", (span) => [span, current()] as const),
      tracer.startActiveSpan("two", { attributes: { a: 1 } }, (span) => [span, current()] as const),
      tracer.startActiveSpan("three", {}, within(remote), (span) => [span, current()] as const),
    ]) {
      assert.equal(active[0].spanContext().spanId, active[1]);
      active[0].end();
    }
    assert.deepEqual(
      sent.map(({ name }) => name),
      ["one", "two", "three"],
    );
  });
});

describe("a recorded span", () => {
  it("can be read by processors, and changed until it is sent", () => {
    const seen: ReadableSpan[] = [];
    const { tracer, sent } = setUp({
      processors: [
        {
          onStart: (span) => void span.setAttribute("started", true),
          onEnding: (span) => void span.setAttribute("ending", span.isRecording()),
          onEnd(span) {
            seen.push(span);
            span.attributes["secret"] = "***";
          },
          forceFlush: nothing,
          shutdown: nothing,
        },
      ],
    });
    const span = tracer.startSpan("one", { startTime: [100, 5] }, within(remote));
    span.setAttribute("secret", "4111").addEvent("happened", { x: 1 }, [100, 7]).addLink({ context: remote });
    span.setAttribute("a", 1).setAttribute("a", 2);
    span.end([101, 2]);
    span.setAttribute("late", true).updateName("late").addEvent("late");
    assert.deepEqual(sent, [{ name: "one", attributes: { started: true, secret: "***", a: 2, ending: true } }]);
    const [read] = seen;
    assert.equal(read?.name, "one");
    assert.deepEqual(read.duration, [0, 999_999_997]);
    assert.deepEqual(
      [read.startTime, read.endTime],
      [
        [100, 5],
        [101, 2],
      ],
    );
    assert.equal(read.parentSpanContext?.spanId, remote.spanId);
    assert.deepEqual(read.instrumentationScope, { name: "test", version: "1.0" });
    assert.deepEqual(read.resource.attributes, { "service.name": "app" });
    assert.deepEqual(read.events, [
      { name: "happened", time: [100, 7], attributes: { x: 1 }, droppedAttributesCount: 0 },
    ]);
    assert.equal(read.links.length, 1);
  });

  it("has no time before its start, and times that follow each other", () => {
    const { tracer } = setUp();
    const ended: ReadableSpan[] = [];
    for (let i = 0; i < 100; i++) {
      const span = tracer.startSpan("one", {}, ROOT_CONTEXT) as RecordedSpan;
      span.addEvent("within");
      span.end();
      ended.push(span);
    }
    let last = 0n;
    for (const { startTime, endTime, events } of ended) {
      assert.ok(nanos(startTime) >= last, "in the order they were made");
      assert.ok(nanos(events[0]!.time) >= nanos(startTime) && nanos(endTime) >= nanos(events[0]!.time));
      last = nanos(startTime);
    }
    assert.ok(Math.abs(Number(last / 1_000_000n) - Date.now()) < 5000);
    const backwards = tracer.startSpan("two", { startTime: [100, 0] }, ROOT_CONTEXT) as RecordedSpan;
    backwards.end([99, 0]);
    assert.deepEqual(backwards.endTime, [100, 0]);
  });

  it("keeps the exact time it is told, by each way to tell one", () => {
    const { tracer } = setUp();
    const startOf = (startTime: number | Date | [number, number]): unknown =>
      (tracer.startSpan("one", { startTime }, ROOT_CONTEXT) as RecordedSpan).startTime;
    assert.deepEqual(startOf([1_700_000_000, 123_456_789]), [1_700_000_000, 123_456_789]);
    assert.deepEqual(startOf(new Date(1_700_000_000_123)), [1_700_000_000, 123_000_000]);
    assert.deepEqual(startOf(1_700_000_000_123), [1_700_000_000, 123_000_000]);
    const [seconds] = startOf(performance.now()) as [number, number];
    assert.ok(Math.abs(seconds - Date.now() / 1000) < 5);
  });

  it("leaves out a name that no object can have", () => {
    const { tracer, sent } = setUp();
    const span = tracer.startSpan("one", {}, ROOT_CONTEXT);
    span.setAttribute("__proto__", "polluted").setAttribute("constructor", "mine").end();
    assert.deepEqual(Object.entries(sent[0]!.attributes), [["constructor", "mine"]]);
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });
});

describe("a tracer provider", () => {
  it("is not stopped by a processor that throws, nor are the others", async () => {
    const ended: string[] = [];
    const { tracer, sent, provider } = setUp({
      processors: [
        { onStart: fail, onEnding: fail, onEnd: fail, forceFlush: fail, shutdown: fail },
        { onStart() {}, onEnd: (span) => void ended.push(span.name), forceFlush: nothing, shutdown: nothing },
      ],
    });
    tracer.startSpan("one", {}, ROOT_CONTEXT).end();
    await provider.forceFlush();
    await provider.shutdown();
    assert.deepEqual(ended, ["one"]);
    assert.equal(sent.length, 1);
    tracer.startSpan("after", {}, ROOT_CONTEXT).end();
    assert.equal(sent.length, 1);
  });

  it("gives the same tracer for the same scope", () => {
    const { provider } = setUp();
    assert.equal(provider.getTracer("a", "1"), provider.getTracer("a", "1"));
    assert.notEqual(provider.getTracer("a", "1"), provider.getTracer("a", "1", { schemaUrl: "https://example.com" }));
  });
});
