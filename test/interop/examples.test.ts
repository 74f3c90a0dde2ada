import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { startModelServer, type ModelServer } from "@genscope/example-model-server";
import { run as runRagService } from "@genscope/example-rag-service";
import { run as runResearchAgents } from "@genscope/example-research-agents";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import { eventually, genscopeMain, type RunningGenscope, startGenscope } from "./genscope.ts";
import { fromReadableSpan } from "./js-span.ts";
import { assertStored } from "./sent-span.ts";

/** Sends to Genscope and keeps what it sent. */
function createTee(url: string, sent: ReadableSpan[]): SpanExporter {
  const exporter = new OTLPTraceExporter({ url });
  return {
    export(spans, done) {
      sent.push(...spans);
      exporter.export(spans, done);
    },
    shutdown: () => exporter.shutdown(),
  };
}

describe("the examples", () => {
  let genscope: RunningGenscope;
  let modelServer: ModelServer;
  before(async () => {
    [genscope, modelServer] = await Promise.all([startGenscope(), startModelServer()]);
  });
  after(() => Promise.all([genscope.stop(), modelServer.close()]));

  for (const [name, run, traceCount] of [
    ["the RAG service", runRagService, 13],
    ["the research agents", runResearchAgents, 3],
  ] as const) {
    it(`${name}: every span of every trace arrives as it was sent`, async () => {
      const sent: ReadableSpan[] = [];
      const traceIds = new Set<string>();
      await run({
        baseURL: modelServer.url,
        createExporter: () => createTee(`${genscope.http}/v1/traces`, sent),
        onTrace: ({ traceId }) => traceIds.add(traceId),
      });
      assert.equal(traceIds.size, traceCount);
      await assertStored(
        genscope,
        sent.map((span) => fromReadableSpan(span, "protobuf")),
      );
    });
  }

  it("are what `genscope demo` runs: each trace it prints a link to is there", async () => {
    const args = [
      "--conditions=@genscope/source",
      genscopeMain,
      "demo",
      "--endpoint",
      genscope.http,
      "--ui",
      genscope.ui,
    ];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const traceIds = [...stdout.matchAll(/\/trace\/([0-9a-f]{32})/gu)].map((match) => match[1] ?? "");
    assert.equal(new Set(traceIds).size, 16);
    for (const traceId of traceIds) {
      await eventually(async () => ((await genscope.spanCount(traceId)) > 0 ? true : undefined), `trace ${traceId}`);
    }
  });
});
