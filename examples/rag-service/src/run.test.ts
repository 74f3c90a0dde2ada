import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { ExportResultCode } from "@opentelemetry/core";
import { startModelServer } from "@genscope/example-model-server";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import { run } from "./index.ts";

/** Keeps spans past the shutdown of whoever sent them. */
function createCollector(spans: ReadableSpan[]): SpanExporter {
  return {
    export(batch, done) {
      spans.push(...batch);
      done({ code: ExportResultCode.SUCCESS });
    },
    shutdown: () => Promise.resolve(),
  };
}

function named(from: readonly ReadableSpan[], name: string): ReadableSpan {
  const span = from.find((one) => one.name === name);
  assert.ok(span, `no span ${name}`);
  return span;
}

describe("a run of the RAG service", () => {
  const spans: ReadableSpan[] = [];
  const traces: { traceId: string; title: string; ok: boolean }[] = [];
  const of = (title: RegExp): ReadableSpan[] => {
    const traceId = traces.find((trace) => title.test(trace.title))?.traceId;
    return spans.filter((span) => span.spanContext().traceId === traceId);
  };
  before(async () => {
    const server = await startModelServer();
    try {
      await run({
        baseURL: server.url,
        createExporter: () => createCollector(spans),
        onTrace: (trace) => traces.push(trace),
      });
    } finally {
      await server.close();
    }
  });

  it("leaves one trace per question and one for the index, each with one root", () => {
    assert.equal(traces.length, 13);
    const ids = new Set(spans.map((span) => span.spanContext().traceId));
    assert.deepEqual(ids, new Set(traces.map(({ traceId }) => traceId)));
    for (const traceId of ids) {
      const trace = spans.filter((span) => span.spanContext().traceId === traceId);
      const own = new Set(trace.map((span) => span.spanContext().spanId));
      assert.equal(trace.filter((span) => span.parentSpanContext === undefined).length, 1);
      assert.ok(trace.every((span) => span.parentSpanContext === undefined || own.has(span.parentSpanContext.spanId)));
    }
  });

  it("shows the steps of an answer below the request that asked", () => {
    const trace = of(/How often do I have to descale/u);
    const server = trace.find(({ kind }) => kind === SpanKind.SERVER);
    assert.equal(server?.name, "POST /ask");
    const steps = trace
      .filter((span) => span.parentSpanContext?.spanId === server.spanContext().spanId)
      .map(({ name }) => name);
    assert.deepEqual(steps, [
      "embeddings text-embedding-3-small",
      "retrieval marlow-manual",
      "build prompt",
      "chat gpt-4o-mini",
      "format answer",
    ]);
    assert.deepEqual(
      new Set(trace.map(({ resource }) => resource.attributes["service.name"])),
      new Set(["marlow-shop", "marlow-support"]),
    );
  });

  it("finds the passage that answers, and says it", () => {
    const trace = of(/How often do I have to descale/u);
    const found: unknown = JSON.parse(
      String(named(trace, "retrieval marlow-manual").attributes["gen_ai.retrieval.documents"]),
    );
    assert.ok(Array.isArray(found));
    assert.equal(found.length, 3);
    assert.equal(found[0].id, "descaling");
    const chat = named(trace, "chat gpt-4o-mini").attributes;
    assert.match(String(chat["gen_ai.output.messages"]), /every two months/u);
    assert.equal(chat["gen_ai.response.model"], "gpt-4o-mini-2024-07-18");
    assert.deepEqual(chat["gen_ai.response.finish_reasons"], ["stop"]);
    assert.ok(Number(chat["gen_ai.usage.input_tokens"]) > Number(chat["gen_ai.usage.output_tokens"]));
    assert.equal(typeof chat["gen_ai.response.time_to_first_chunk"], "number");
    assert.match(String(named(trace, "format answer").attributes["app.answer.sources"]), /^descaling/u);
  });

  it("carries the conversation into the next question's prompt", () => {
    const chat = named(of(/Does a water filter/u), "chat gpt-4o-mini").attributes;
    assert.equal(chat["gen_ai.conversation.id"], "support-4711");
    const messages: unknown = JSON.parse(String(chat["gen_ai.input.messages"]));
    assert.ok(Array.isArray(messages));
    assert.deepEqual(
      messages.map(({ role }) => role),
      ["user", "assistant", "user"],
    );
  });

  it("shows a retry as a failed request beside one that went well", () => {
    const trace = of(/pump repair/u);
    const chat = named(trace, "chat gpt-4o-mini");
    assert.equal(chat.status.code, SpanStatusCode.UNSET);
    const requests = trace.filter((span) => span.parentSpanContext?.spanId === chat.spanContext().spanId);
    assert.deepEqual(
      requests.map(({ attributes }) => [
        attributes["http.response.status_code"],
        attributes["http.request.resend_count"],
      ]),
      [
        [429, undefined],
        [200, 1],
      ],
    );
    assert.equal(requests[0]?.attributes["error.type"], "429");
  });

  it("marks every span up to the caller where the model fails for good", () => {
    const title = /runs too fast/u;
    assert.equal(traces.find((trace) => title.test(trace.title))?.ok, false);
    const failed = of(title).filter(({ status }) => status.code === SpanStatusCode.ERROR);
    assert.deepEqual(failed.map(({ name }) => name).toSorted(), [
      "POST /ask",
      "POST /ask",
      "POST /v1/chat/completions",
      "POST /v1/chat/completions",
      "chat gpt-4o-mini",
    ]);
    assert.equal(named(failed, "chat gpt-4o-mini").attributes["error.type"], "InternalServerError");
  });
});
