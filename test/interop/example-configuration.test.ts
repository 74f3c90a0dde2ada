import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Signal } from "@genscope/otlp";
import { createOtlpGrpcClient } from "@genscope/otlp/client";
import { aTraceRequest, type PlainAttributes, type SpanInit } from "@genscope/otlp/testing";
import { freePort } from "../support/free-port.ts";
import { startCollectorProcess } from "./collector-process.ts";
import { eventually, startGenscope } from "./genscope.ts";
import { eventuallyFound, isMissing, startMetricStore, type StoreName } from "./prometheus/metric-store.ts";

const exampleFile = join(import.meta.dirname, "../../packages/collector/cases/example.yaml");
const traceCount = 600;
const models = ["model-a", "model-b", "model-c"];
/** One trace of fifteen fails. */
const isFailing = (n: number): boolean => n % 15 === 7;

interface Call {
  readonly model: string;
  readonly name: string;
  readonly input: number;
  readonly output: number;
}

function callsOf(n: number): readonly Call[] {
  const model = models[n % models.length]!;
  return [
    { model, name: `chat ${model}`, input: 100 + n, output: 10 + (n % 7) },
    { model, name: "summarize", input: 3 * n, output: n % 5 },
  ];
}

function spanId(n: number, of: number): string {
  return (n * 16 + of + 1).toString(16).padStart(16, "0");
}

function usage(input: number, output: number): PlainAttributes {
  return { "gen_ai.usage.input_tokens": input, "gen_ai.usage.output_tokens": output };
}

/** Two calls below an agent that repeats the sum of their usage, as agents do. */
function traceOf(n: number, startTime: bigint): SpanInit[] {
  const traceId = (0x5eed_0000 + n * 2_654_435_761).toString(16).padStart(32, "4");
  const calls = callsOf(n);
  const sum = (key: "input" | "output"): number => calls.reduce((total, call) => total + call[key], 0);
  const agent: SpanInit = {
    traceId,
    spanId: spanId(n, 0),
    name: "invoke_agent helper",
    startTime,
    attributes: {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.system": "openai",
      "gen_ai.request.model": calls[0]!.model,
      ...usage(sum("input"), sum("output")),
    },
  };
  return [
    agent,
    ...calls.map((call, index): SpanInit => ({
      traceId,
      spanId: spanId(n, index + 1),
      parentSpanId: spanId(n, 0),
      name: call.name,
      kind: 3,
      startTime,
      endTime: startTime + 250_000_000n,
      attributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.system": "openai",
        "gen_ai.request.model": call.model,
        "gen_ai.content.prompt": "my number is 010190-1234567, call me",
        ...usage(call.input, call.output),
      },
      ...(isFailing(n) && index === 1 ? { status: { code: 2, message: "rate limited" } } : {}),
    })),
  ];
}

/** Sums of what was sent, by model and span name. */
function wanted(of: (call: Call) => number): Map<string, number> {
  const sums = new Map<string, number>();
  for (let n = 0; n < traceCount; n++) {
    for (const call of callsOf(n)) {
      const key = `${call.model} ${call.name}`;
      sums.set(key, (sums.get(key) ?? 0) + of(call));
    }
  }
  return sums;
}

// both mostly wait: for decisions and for metrics to be flushed
describe("the example configuration", { concurrency: true }, () => {
  for (const name of ["prometheus", "victoriaMetrics"] satisfies StoreName[]) {
    const what = `gives every token to a real ${name}, and passes on a tenth of the good traces and all that failed`;
    it(what, { skip: isMissing(name) }, async () => {
      await using held = new AsyncDisposableStack();
      const store = held.use(await startMetricStore(name));
      const genscope = await startGenscope();
      held.defer(() => genscope.stop());
      const port = await freePort();
      const yaml = (await readFile(exampleFile, "utf8"))
        .replace("0.0.0.0:4317", `127.0.0.1:${port}`)
        .replace("http://prometheus:9090/api/v1/write", store.writeUrl)
        .replace("http://jaeger:4317", genscope.grpc);
      const collector = held.use(await startCollectorProcess(yaml, port));
      const client = held.use(createOtlpGrpcClient({ endpoint: `http://127.0.0.1:${port}` }));

      const startTime = BigInt(Date.now()) * 1_000_000n - 1_000_000_000n;
      const resource = { "service.name": "example" };
      for (let from = 0; from < traceCount; from += 50) {
        const spans = Array.from({ length: 50 }, (_, n) => traceOf(from + n, startTime)).flat();
        await client.send(Signal.traces, aTraceRequest({ resource, spans }));
      }

      const sumsOf = async (metric: string, total: Map<string, number>): Promise<void> => {
        const all = [...total.values()].reduce((sum, value) => sum + value, 0);
        const found = await eventuallyFound(
          () => store.query(`sum by (gen_ai_request_model, span_name) (${metric})`),
          (answer) => answer.reduce((sum, { value }) => sum + value, 0) >= all,
        );
        const sums = found.map(({ labels, value }) => [
          `${labels["gen_ai_request_model"]} ${labels["span_name"]}`,
          value,
        ]);
        assert.deepEqual(new Map(sums as [string, number][]), total, metric);
      };
      await sumsOf(
        "gen_ai_usage_input_tokens_total",
        wanted(({ input }) => input),
      );
      await sumsOf(
        "gen_ai_usage_output_tokens_total",
        wanted(({ output }) => output),
      );
      await sumsOf(
        'gen_ai_calls_total{span_name!~"invoke_agent.*"}',
        wanted(() => 1),
      );
      const [agents] = await store.query('sum(gen_ai_calls_total{span_name="invoke_agent helper"})');
      assert.equal(agents?.value, traceCount);
      const [failed] = await store.query('sum(gen_ai_calls_total{status_code="STATUS_CODE_ERROR"})');
      const failing = Array.from({ length: traceCount }, (_, n) => n).filter(isFailing);
      assert.equal(failed?.value, failing.length);
      const [duration] = await store.query(
        'sum(gen_ai_duration_milliseconds_sum{span_name="summarize"}) / sum(gen_ai_duration_milliseconds_count{span_name="summarize"})',
      );
      assert.equal(duration?.value, 250);

      await eventually(
        async () => ((await genscope.traceIds("example")).length > failing.length ? true : undefined),
        "traces",
      );
      await collector.stop();
      const kept = await eventually(async () => {
        const ids = await genscope.traceIds("example");
        const { journal } = await genscope.status();
        return journal.lagBytes === 0 ? new Set(ids) : undefined;
      }, "all that was passed on is stored");
      const traceIds = Array.from({ length: traceCount }, (_, n) => traceOf(n, startTime)[0]!.traceId!);
      for (const n of failing) assert.ok(kept.has(traceIds[n]!), `failing trace ${n} is there`);
      const good = traceIds.filter((id, n) => !isFailing(n) && kept.has(id)).length;
      const share = good / (traceCount - failing.length);
      assert.ok(share > 0.06 && share < 0.14, `${good} good traces are ${share} of them`);
      assert.equal(await genscope.spanCount(traceIds[failing[0]!]!), 3);
      const span = await genscope.span(traceIds[failing[0]!]!, spanId(failing[0]!, 1));
      const prompt = span?.attributes.find(({ key }) => key === "gen_ai.content.prompt")?.value;
      assert.deepEqual(prompt, { stringValue: "my number is ***, call me" });
      assert.ok(!(await collector.everyByte()).includes("010190-1234567"), "no number is on the disk");
      assert.match(collector.output, /span\.name/);
    });
  }
});
