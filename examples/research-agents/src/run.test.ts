import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { SpanStatusCode } from "@opentelemetry/api";
import { ExportResultCode, hrTimeToMicroseconds } from "@opentelemetry/core";
import { startModelServer } from "@genscope/example-model-server";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import { run } from "./index.ts";

describe("a run of the research agents", () => {
  const spans: ReadableSpan[] = [];
  const traces: { traceId: string; title: string; ok: boolean }[] = [];
  let trace: ReadableSpan[] = [];
  const named = (name: string): ReadableSpan[] => trace.filter((span) => span.name === name);
  const childrenOf = (parent: ReadableSpan): ReadableSpan[] =>
    trace.filter((span) => span.parentSpanContext?.spanId === parent.spanContext().spanId);

  before(async () => {
    const server = await startModelServer();
    try {
      await run({
        baseURL: server.url,
        latencyMs: 5,
        onTrace: (one) => traces.push(one),
        createExporter: () => ({
          export(batch, done) {
            spans.push(...batch);
            done({ code: ExportResultCode.SUCCESS });
          },
          shutdown: () => Promise.resolve(),
        }),
      });
    } finally {
      await server.close();
    }
    const buses = traces.find(({ title }) => title.includes("buses"));
    trace = spans.filter((span) => span.spanContext().traceId === buses?.traceId);
  });

  it("leaves one trace per task, each with the workflow as its only root", () => {
    assert.deepEqual(
      traces.map(({ ok }) => ok),
      [true, true, true],
    );
    const roots = spans.filter((span) => span.parentSpanContext === undefined);
    assert.deepEqual(
      roots.map(({ name }) => name),
      Array.from({ length: 3 }, () => "invoke_workflow research"),
    );
    assert.deepEqual(
      new Set(spans.map((span) => span.spanContext().traceId)),
      new Set(traces.map(({ traceId }) => traceId)),
    );
  });

  it("has two researchers at work at the same time", () => {
    const [first, second, ...more] = named("invoke_agent researcher");
    assert.ok(first && second);
    assert.equal(more.length, 0);
    assert.ok(hrTimeToMicroseconds(second.startTime) < hrTimeToMicroseconds(first.endTime));
    assert.ok(hrTimeToMicroseconds(first.startTime) < hrTimeToMicroseconds(second.endTime));
    assert.deepEqual(
      childrenOf(named("invoke_agent coordinator")[0]!).filter(({ name }) => name.endsWith("researcher")).length,
      2,
    );
  });

  it("shows the tool that failed, and that it was called again and answered", () => {
    const reads = named("execute_tool read_page");
    const failed = reads.filter(({ status }) => status.code === SpanStatusCode.ERROR);
    assert.equal(failed.length, 1);
    assert.equal(failed[0]?.attributes["error.type"], "TimeoutError");
    const again = reads.filter(
      ({ attributes, parentSpanContext }) =>
        attributes["gen_ai.tool.call.arguments"] === failed[0]?.attributes["gen_ai.tool.call.arguments"] &&
        parentSpanContext?.spanId === failed[0]?.parentSpanContext?.spanId,
    );
    assert.deepEqual(
      again.map(({ status }) => status.code),
      [SpanStatusCode.ERROR, SpanStatusCode.UNSET],
    );
    assert.equal(
      named("invoke_agent researcher").filter(({ status }) => status.code === SpanStatusCode.ERROR).length,
      0,
    );
  });

  it("pairs each tool span with the call that the model made", () => {
    const made = named("chat gpt-4o").flatMap(({ attributes }) =>
      [...String(attributes["gen_ai.output.messages"]).matchAll(/"id":"(call_\w+)"/gu)].map((match) => match[1]),
    );
    const executed = trace
      .filter(
        ({ attributes }) =>
          attributes["gen_ai.agent.name"] === "researcher" && attributes["gen_ai.operation.name"] === "execute_tool",
      )
      .map(({ attributes }) => attributes["gen_ai.tool.call.id"]);
    assert.ok(executed.length > 0);
    assert.deepEqual(new Set(executed), new Set(made));
    assert.equal(executed.length, made.length);
  });

  it("links the writer to the handoff", () => {
    const [transfer] = named("execute_tool transfer_to_writer");
    const [writer] = named("invoke_agent writer");
    assert.equal(writer?.links[0]?.context.spanId, transfer?.spanContext().spanId);
    assert.match(String(writer?.attributes["gen_ai.output.messages"]), /battery buses are the cheaper choice/u);
  });

  it("sums an agent's tokens over its own model calls", () => {
    for (const agent of trace.filter(({ name }) => name.startsWith("invoke_agent "))) {
      const calls = [agent, ...childrenOf(agent).filter(({ name }) => name.startsWith("plan "))]
        .flatMap(childrenOf)
        .filter(({ name }) => name.startsWith("chat "));
      const sum = calls.reduce((total, { attributes }) => total + Number(attributes["gen_ai.usage.output_tokens"]), 0);
      assert.equal(agent.attributes["gen_ai.usage.output_tokens"], sum);
    }
  });

  it("asks for models by alias and is answered by their snapshots", () => {
    const pairs = new Set(
      trace
        .filter(({ name }) => name.startsWith("chat "))
        .map(
          ({ attributes }) =>
            `${String(attributes["gen_ai.request.model"])} → ${String(attributes["gen_ai.response.model"])}`,
        ),
    );
    assert.deepEqual(
      pairs,
      new Set(["gpt-5-mini → gpt-5-mini-2025-08-07", "gpt-4o → gpt-4o-2024-11-20", "gpt-4.1 → gpt-4.1-2025-04-14"]),
    );
  });
});
