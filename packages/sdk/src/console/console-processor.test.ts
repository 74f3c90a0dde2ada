import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { context, type Span, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { TracerProvider } from "@opentelemetry/sdk-trace";
import { ConsoleProcessor } from "./console-processor.ts";

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

function run(program: (inSpan: (name: string, inside: (span: Span) => void) => void) => void): string[] {
  let text = "";
  const processor = new ConsoleProcessor({ write: (more) => (text += more), colors: false });
  const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer("test");
  program((name, inside) => {
    tracer.startActiveSpan(name, (span) => {
      inside(span);
      span.end();
    });
  });
  // durations are the clock's
  return text
    .trimEnd()
    .split("\n")
    .map((line) => line.replaceAll(/ {2}[\d.]+ m?s/gu, ""));
}

const call = (model: string, input: number, output: number): Record<string, string | number> => ({
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": model,
  "gen_ai.response.model": `${model}-2024-07-18`,
  "gen_ai.usage.input_tokens": input,
  "gen_ai.usage.output_tokens": output,
});

describe("the console", () => {
  it("shows a run as a tree, with tokens and cost added up on the way out", () => {
    const lines = run((inSpan) => {
      inSpan("rag.pipeline", () => {
        inSpan("retrieval handbook", (span) =>
          span.setAttribute("gen_ai.retrieval.documents", '[{"id":"a"},{"id":"b"}]'),
        );
        inSpan("rag.llm_call", () => {
          inSpan("chat gpt-4o-mini", (span) => span.setAttributes(call("gpt-4o-mini", 1_000_000, 500_000)));
        });
      });
    });
    assert.deepEqual(lines, [
      "┌ rag.pipeline",
      "│ ● retrieval handbook  2 documents",
      "│ ┌ rag.llm_call",
      "│ │ ● chat gpt-4o-mini  gpt-4o-mini-2024-07-18  1000000 → 500000 tokens  $0.45",
      "│ └ rag.llm_call  1000000 → 500000 tokens  $0.45",
      "└ rag.pipeline  1000000 → 500000 tokens  $0.45",
    ]);
  });

  it("shows what failed and why, and never lets a name act on the terminal", () => {
    const lines = run((inSpan) => {
      inSpan("chat \u001b[2Jevil\n", (span) =>
        span.setStatus({ code: SpanStatusCode.ERROR, message: "429 \u0007too many" }),
      );
    });
    assert.deepEqual(lines, ["✗ chat �[2Jevil�  429 �too many"]);
  });

  it("says that a price is unknown rather than nothing, and counts no usage twice", () => {
    const lines = run((inSpan) => {
      inSpan("invoke_agent writer", (agent) => {
        inSpan("chat mystery", (span) => span.setAttributes(call("mystery", 5, 6)));
        agent.setAttributes({ "gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 5 });
      });
    });
    assert.deepEqual(lines.slice(1), [
      "│ ● chat mystery  mystery-2024-07-18  5 → 6 tokens  price unknown",
      "└ invoke_agent writer  5 → 6 tokens",
    ]);
  });

  it("does not keep spans that never end", () => {
    let written = 0;
    const processor = new ConsoleProcessor({ write: () => written++, colors: false });
    const tracer = new TracerProvider({ spanProcessors: [processor] }).getTracer("test");
    const first = tracer.startSpan("first");
    for (let i = 0; i < 10_000; i++) tracer.startSpan("never ended");
    first.end();
    assert.equal(written, 0);
    tracer.startSpan("last").end();
    assert.equal(written, 1);
    assert.equal(trace.getActiveSpan(), undefined);
  });
});
