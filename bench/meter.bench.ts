import { Signal } from "@genscope/otlp";
import { aTraceRequest, createSpanGenerator } from "@genscope/otlp/testing";
import { createPricing } from "@genscope/semconv/prices";
import protobuf from "protobufjs";
import {
  type SpanMetricsConfig,
  spanMetricsComponent,
} from "../packages/collector/src/connectors/span-metrics/config.ts";
import { SpanMeter } from "../packages/collector/src/connectors/span-metrics/span-meter.ts";
import { createIndexer, internalLimits } from "../packages/collector/src/graph/index-request.ts";
import { createTelemetry } from "../packages/collector/src/graph/telemetry.ts";
import { metricsOf } from "../packages/collector/src/testing/metrics-of.ts";
import { otlpProto } from "../packages/otlp/src/testing/otlp-proto.ts";
import type { Bench, BenchRow } from "./bench.ts";

const spansPerRequest = 1_000;
const requestCount = 32;
const rounds = 9;
const roundMs = 200;

export const bench: Bench = {
  title: "Metering spans",
  method: [
    `Trace requests of ${spansPerRequest} spans, from bytes to counted, on one core: calls and durations by service, name, kind, status, system and model; with and without tokens and their cost,`,
    "counted once. The peer is what is written without much thought: a full decode by protobuf.js, a key joined from text, an object per series in a Map; it counts calls, durations and",
    "tokens, prices nothing and recognises no repetition. Both come to the same numbers, which is checked. Spans per second of CPU time;",
    `contenders take turns in rounds of ${roundMs} ms, and a rate is the best of ${rounds} rounds.`,
  ].join(" "),
  run: (log) => Promise.resolve(measureAll(log)),
};

const dimensions = ["gen_ai.system", "gen_ai.request.model"];

/** Counts requests, and says how many spans and input tokens it has counted. */
interface Contender {
  consume(request: Uint8Array): void;
  totals(): { readonly calls: number; readonly inputTokens: number };
}

function wireMeter(more: object): Contender {
  const config = spanMetricsComponent.config.parse({
    namespace: "gen_ai",
    dimensions: dimensions.map((name) => ({ name })),
    ...more,
  }) as SpanMetricsConfig;
  const meter = new SpanMeter({
    config,
    pricing: config.usage.enabled ? createPricing() : undefined,
    id: "bench",
    telemetry: createTelemetry(),
    warn: () => {},
  });
  const index = createIndexer(internalLimits);
  return {
    consume: (request) => meter.consume(index(Signal.traces, request), 1_000),
    totals() {
      const points = metricsOf(meter.collect(2_000).map(({ request }) => request));
      const sum = (name: string): number =>
        points.filter(({ metric }) => metric === name).reduce((total, { value = 0 }) => total + value, 0);
      return { calls: sum("gen_ai.calls"), inputTokens: sum("gen_ai.usage.input_tokens") };
    },
  };
}

interface PlainValue {
  readonly stringValue?: string;
  readonly intValue?: number | { toNumber(): number };
}
interface PlainAttribute {
  readonly key: string;
  readonly value?: PlainValue;
}
interface PlainSpan {
  readonly name: string;
  readonly kind: number;
  readonly status?: { readonly code: number };
  readonly startTimeUnixNano: { toNumber(): number };
  readonly endTimeUnixNano: { toNumber(): number };
  readonly attributes: readonly PlainAttribute[];
}
interface PlainRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly PlainAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly PlainSpan[] }[];
  }[];
}

const bounds = [2, 4, 6, 8, 10, 50, 100, 200, 400, 800, 1_000, 1_400, 2_000, 5_000, 10_000, 15_000];

function read(attributes: readonly PlainAttribute[], key: string): PlainValue | undefined {
  return attributes.find((attribute) => attribute.key === key)?.value;
}

function numberOf(value: PlainValue | undefined): number {
  const count = value?.intValue ?? 0;
  return typeof count === "number" ? count : count.toNumber();
}

function objectMeter(): Contender {
  const type = protobuf.parse(otlpProto, { keepCase: false }).root.lookupType("ExportTraceServiceRequest");
  const series = new Map<string, { calls: number; sum: number; buckets: number[]; input: number; output: number }>();
  return {
    consume(request) {
      const { resourceSpans } = type.decode(request) as unknown as PlainRequest;
      for (const { resource, scopeSpans } of resourceSpans) {
        const service = read(resource.attributes, "service.name")?.stringValue ?? "";
        for (const { spans } of scopeSpans) {
          for (const span of spans) {
            const values = dimensions.map((name) => read(span.attributes, name)?.stringValue ?? "");
            const key = [service, span.name, span.kind, span.status?.code ?? 0, ...values].join("\0");
            let found = series.get(key);
            if (found === undefined) {
              found = { calls: 0, sum: 0, buckets: bounds.map(() => 0).concat(0), input: 0, output: 0 };
              series.set(key, found);
            }
            const ms = (span.endTimeUnixNano.toNumber() - span.startTimeUnixNano.toNumber()) / 1e6;
            const at = bounds.findIndex((bound) => ms <= bound);
            found.calls++;
            found.sum += ms;
            found.buckets[at === -1 ? bounds.length : at]!++;
            found.input += numberOf(read(span.attributes, "gen_ai.usage.input_tokens"));
            found.output += numberOf(read(span.attributes, "gen_ai.usage.output_tokens"));
          }
        }
      }
    },
    totals() {
      const all = [...series.values()];
      return {
        calls: all.reduce((total, { calls }) => total + calls, 0),
        inputTokens: all.reduce((total, { input }) => total + input, 0),
      };
    },
  };
}

/** Spans whose names make many series. */
function manyNames(count: number): Uint8Array[] {
  let n = 0;
  return Array.from({ length: requestCount }, () =>
    aTraceRequest({
      resource: { "service.name": "bench" },
      spans: Array.from({ length: spansPerRequest }, () => ({
        traceId: (n + 1).toString(16).padStart(32, "0"),
        name: `GET /items/${n++ % count}`,
        kind: 2,
        attributes: { "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o", "http.route": "/items" },
      })),
    }),
  );
}

function measureAll(log: (line: string) => void): BenchRow[] {
  const generator = createSpanGenerator({ spansPerRequest });
  const calls = Array.from({ length: requestCount }, () => generator.next());
  const named = manyNames(10_000);
  const without = { usage: { enabled: false }, cost: { enabled: false } };
  check(calls);
  const rates = measure(log, {
    tokens: run(wireMeter({}), calls),
    calls: run(wireMeter(without), calls),
    objects: run(objectMeter(), calls),
    named: run(wireMeter({}), named),
    namedObjects: run(objectMeter(), named),
  });
  const row = (what: string, ours: keyof typeof rates, peer: keyof typeof rates): BenchRow => ({
    what,
    value: `${(rates[ours] / 1e6).toFixed(2)} M spans per CPU-second`,
    against: `decoding into objects: ${(rates[peer] / 1e6).toFixed(2)} M`,
    ratio: rates[ours] / rates[peer],
  });
  return [
    row("calls of models, with tokens and cost", "tokens", "objects"),
    row("calls of models, calls and durations alone", "calls", "objects"),
    row("10,000 series of another kind", "named", "namedObjects"),
  ];
}

function check(requests: readonly Uint8Array[]): void {
  const [ours, theirs] = [wireMeter({}), objectMeter()];
  for (const contender of [ours, theirs]) for (const request of requests) contender.consume(request);
  const [a, b] = [ours.totals(), theirs.totals()];
  if (a.calls !== b.calls || a.calls !== requestCount * spansPerRequest)
    throw new Error(`${a.calls} calls, ${b.calls}`);
  // the generator's traces are a call with nine below it: what the first repeats of them is taken off
  if (a.inputTokens > b.inputTokens || a.inputTokens === 0)
    throw new Error(`${a.inputTokens}, ${b.inputTokens} tokens`);
}

function run(contender: Contender, requests: readonly Uint8Array[]): () => void {
  let next = 0;
  return () => contender.consume(requests[next++ % requests.length]!);
}

/** Spans per CPU-second of each, the contenders interleaved so that a slow moment of the machine hits all. */
function measure<Name extends string>(
  log: (line: string) => void,
  contenders: Record<Name, () => void>,
): Record<Name, number> {
  const best: Record<string, number> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, each] of Object.entries<() => void>(contenders)) {
      let count = 0;
      const before = process.cpuUsage();
      const start = performance.now();
      while (performance.now() - start < roundMs) {
        each();
        count++;
      }
      const { user, system } = process.cpuUsage(before);
      best[name] = Math.max(best[name] ?? 0, (count * spansPerRequest * 1e6) / (user + system));
    }
  }
  for (const [name, rate] of Object.entries(best)) log(`${name}: ${(rate / 1e6).toFixed(2)} M spans per CPU-second`);
  return best;
}
