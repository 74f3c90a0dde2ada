import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { protobufToJson, Signal } from "@genscope/otlp";
import { ROOT_CONTEXT } from "@opentelemetry/api";
import type { ExportResult } from "../setup/quiet-exporter.ts";
import { type BatchOptions, SpanBatches, type SpanBatch } from "./span-batches.ts";
import { readSpanLimits } from "./span-limits.ts";
import { TracerProvider } from "./tracer-provider.ts";

interface Request {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly unknown[] };
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string; readonly version?: string };
      readonly schemaUrl?: string;
      readonly spans: readonly { readonly name: string; readonly attributes?: readonly unknown[] }[];
    }[];
  }[];
}

function readBatch({ bytes }: SpanBatch): Request["resourceSpans"][number] {
  const request = JSON.parse(new TextDecoder().decode(protobufToJson(Signal.traces, bytes))) as Request;
  assert.equal(request.resourceSpans.length, 1);
  return request.resourceSpans[0]!;
}

function namesIn(batch: SpanBatch): readonly string[] {
  return readBatch(batch).scopeSpans.flatMap(({ spans }) => spans.map(({ name }) => name));
}

/** An exporter that keeps what it gets, and answers when it is told to. */
function setUp(options: BatchOptions = {}) {
  const batches: SpanBatch[] = [];
  const open: ((result: ExportResult) => void)[] = [];
  let answersAtOnce = true;
  const exporter = {
    export(batch: SpanBatch, done: (result: ExportResult) => void) {
      batches.push(batch);
      if (answersAtOnce) done({ code: 0 });
      else open.push(done);
    },
    shutdown: async () => {},
  };
  const sink = new SpanBatches(exporter, options);
  const resource = { attributes: { "service.name": "app", list: ["a", "b"] } };
  const provider = new TracerProvider({ resource, limits: readSpanLimits({}), sinks: [sink] });
  return {
    provider,
    batches,
    hold: () => (answersAtOnce = false),
    answer: (result: ExportResult) => open.shift()?.(result),
    end: (name: string, attributes = {}, scope = "test") =>
      provider.getTracer(scope).startSpan(name, { attributes }, ROOT_CONTEXT).end(),
  };
}

describe("batches of spans", () => {
  it("are sent when there are so many, after so long, and when somebody asks", async () => {
    const { end, batches, provider } = setUp({ maxExportBatchSize: 3, scheduledDelayMillis: 20 });
    for (const name of ["a", "b", "c", "d"]) end(name);
    assert.deepEqual(batches.map(namesIn), [["a", "b", "c"]]);
    while (batches.length < 2) await delay(5);
    end("e");
    await provider.forceFlush();
    await provider.forceFlush();
    assert.deepEqual(batches.map(namesIn), [["a", "b", "c"], ["d"], ["e"]]);
    assert.deepEqual(
      batches.map(({ spans }) => spans),
      [3, 1, 1],
    );
  });

  it("are sent before they are larger than collectors take", async () => {
    const { end, batches, provider } = setUp();
    for (let i = 0; i < 6; i++) end(`large ${i}`, { prompt: "x".repeat(1_500_000) });
    await provider.forceFlush();
    assert.deepEqual(
      batches.map(({ spans }) => spans),
      [3, 3],
    );
  });

  it("go one after the other; what comes while too many wait is dropped", async () => {
    const { end, batches, provider, hold, answer } = setUp({ maxExportBatchSize: 2, maxQueueSize: 4 });
    hold();
    for (let i = 0; i < 10; i++) end(`${i}`);
    assert.deepEqual(batches.map(namesIn), [["0", "1"]]);
    const flushed = provider.forceFlush();
    for (let i = 0; i < 3; i++) {
      await delay(1);
      answer({ code: i === 0 ? 1 : 0 });
    }
    await flushed;
    assert.deepEqual(batches.map(namesIn), [
      ["0", "1"],
      ["2", "3"],
      ["4", "5"],
    ]);
  });

  it("have the resource once and each scope's spans together", async () => {
    const { end, batches, provider } = setUp();
    const named = provider.getTracer("versioned", "2.1", { schemaUrl: "https://example.com/schema" });
    end("a", {}, "one");
    named.startSpan("b", {}, ROOT_CONTEXT).end();
    end("c", {}, "one");
    await provider.forceFlush();
    const { resource, scopeSpans } = readBatch(batches[0]!);
    assert.deepEqual(resource.attributes, [
      { key: "service.name", value: { stringValue: "app" } },
      { key: "list", value: { arrayValue: { values: [{ stringValue: "a" }, { stringValue: "b" }] } } },
    ]);
    assert.deepEqual(
      scopeSpans.map(({ scope, schemaUrl, spans }) => [scope, schemaUrl, spans.map(({ name }) => name)]),
      [
        [{ name: "one" }, undefined, ["a", "c"]],
        [{ name: "versioned", version: "2.1" }, "https://example.com/schema", ["b"]],
      ],
    );
    end("later", {}, "one");
    await provider.forceFlush();
    assert.deepEqual(namesIn(batches[1]!), ["later"]);
  });

  it("say of each span what it had, whatever the one before it had", async () => {
    const { end, batches, provider } = setUp();
    const all: Record<string, unknown>[] = [];
    for (let i = 0; i < 200; i++) {
      const attributes: Record<string, unknown> = {
        operation: "chat",
        model: i % 7 === 0 ? "large" : "small",
        same: true,
      };
      if (i % 3 === 0) attributes["only sometimes"] = "there";
      attributes["id"] = `id-${i}`;
      attributes["tokens"] = 12;
      if (i % 50 === 49) attributes["prompt"] = "ü".repeat(i * 200);
      attributes["reasons"] = ["stop", i];
      attributes["last"] = 0.5;
      all.push(attributes);
      end(`${i}`, attributes);
    }
    await provider.forceFlush();
    const { spans } = readBatch(batches[0]!).scopeSpans[0]!;
    for (const [i, attributes] of all.entries()) {
      const expected = Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
      assert.deepEqual(spans[i]?.attributes, expected);
    }
  });

  it("arrive though an exporter throws", async () => {
    const batches: number[] = [];
    const exporter = {
      export({ spans }: SpanBatch, done: (result: ExportResult) => void) {
        batches.push(spans);
        if (batches.length === 1) throw new Error("broken");
        done({ code: 0 });
      },
      shutdown: async () => {},
    };
    const sinks = [new SpanBatches(exporter)];
    const provider = new TracerProvider({ resource: { attributes: {} }, limits: readSpanLimits({}), sinks });
    for (let i = 0; i < 2; i++) {
      provider.getTracer("test").startSpan("one", {}, ROOT_CONTEXT).end();
      await provider.forceFlush();
    }
    assert.deepEqual(batches, [1, 1]);
  });
});

function anyValue(value: unknown): unknown {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}
