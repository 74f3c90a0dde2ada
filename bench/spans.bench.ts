/** What a span costs an application: those of `@genscope/sdk` and of OpenTelemetry's SDK, given the same. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Attributes, SpanKind, type TracerProvider } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider as SdkProvider } from "@opentelemetry/sdk-trace";
import { SpanBatches } from "../packages/sdk/src/tracer/span-batches.ts";
import { createSpanExporter } from "../packages/sdk/src/tracer/span-exporter.ts";
import { readSpanLimits } from "../packages/sdk/src/tracer/span-limits.ts";
import { TracerProvider as OwnProvider } from "../packages/sdk/src/tracer/tracer-provider.ts";
import type { Bench, BenchRow } from "./bench.ts";

type Flushable = TracerProvider & { forceFlush(): Promise<void>; shutdown(): Promise<void> };

const spansPerWindow = 2000;
const windows = 40;
/** A whole window waits, since the event loop does not turn in it. */
const batching = { maxQueueSize: spansPerWindow };

const first: Attributes = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "openai",
  "gen_ai.request.model": "gpt-4o",
  "server.address": "api.openai.com",
  "server.port": 443,
  "openai.api.type": "chat_completions",
};

/** What a call of a model has at its end, with ids and counts of its own. */
function lastOf(i: number, text: string | undefined): Attributes {
  return {
    "gen_ai.response.id": `chatcmpl-${i}`,
    "gen_ai.response.model": "gpt-4o-2024-08-06",
    "openai.response.system_fingerprint": "fp",
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.usage.input_tokens": i,
    "gen_ai.usage.output_tokens": i + 7,
    ...(text === undefined ? {} : { "gen_ai.input.messages": `${text}${i}`, "gen_ai.output.messages": `${i}${text}` }),
  };
}

async function costOf(provider: Flushable, lasts: readonly Attributes[]): Promise<number> {
  const tracer = provider.getTracer("@genscope/instrumentation/openai", "0.1.0");
  const before = process.cpuUsage();
  for (const last of lasts) {
    const span = tracer.startSpan("chat gpt-4o", { kind: SpanKind.CLIENT, attributes: first });
    span.setAttributes(last);
    span.end();
  }
  await provider.forceFlush();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / lasts.length;
}

/** Both by turns; the least of each, since other work on the machine only adds. */
async function compare(own: Flushable, sdk: Flushable, text?: string): Promise<readonly [number, number]> {
  let best: [number, number] = [Infinity, Infinity];
  for (let window = 0; window < windows; window++) {
    const lasts = Array.from({ length: spansPerWindow }, (_, i) => lastOf(i, text));
    best = [Math.min(best[0], await costOf(own, lasts)), Math.min(best[1], await costOf(sdk, lasts))];
  }
  await Promise.all([own.shutdown(), sdk.shutdown()]);
  return best;
}

export const bench: Bench = {
  title: "Spans in an application",
  method:
    "CPU time of the whole process for a span with the 12 attributes of a chat call, from its start until it has been sent in OTLP over HTTP to a server in the same process, whose part is in both; content is two texts of 1,000 characters more. " +
    `The peer is OpenTelemetry's SDK with a \`BatchSpanProcessor\`. By turns, ${windows} windows of ${spansPerWindow} spans, the least of each.`,
  async run(log) {
    const server = createServer((request, response) => {
      request.resume().on("end", () => response.setHeader("content-type", "application/x-protobuf").end());
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
    const resource = resourceFromAttributes({ "service.name": "app" });
    const limits = readSpanLimits({});
    const rows: BenchRow[] = [];
    const cases = [
      { what: "recorded, and dropped at its end", sends: false, text: undefined },
      { what: "recorded and sent", sends: true, text: undefined },
      { what: "recorded and sent with content", sends: true, text: "word ".repeat(200) },
    ];
    for (const { what, sends, text } of cases) {
      const sinks = sends ? [new SpanBatches(createSpanExporter({ url }), batching)] : [];
      const spanProcessors = sends
        ? [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url }), ...batching })]
        : [];
      const own = new OwnProvider({ resource, limits, sinks });
      const [ours, theirs] = await compare(own, new SdkProvider({ resource, spanProcessors }), text);
      log(`${what}: ${ours.toFixed(2)} and ${theirs.toFixed(2)} µs`);
      rows.push({
        what,
        value: `${ours.toFixed(2)} µs`,
        against: `OpenTelemetry's SDK ${theirs.toFixed(2)} µs`,
        ratio: theirs / ours,
      });
    }
    server.closeAllConnections();
    server.close();
    return rows;
  },
};
