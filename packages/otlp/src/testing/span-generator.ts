import { indexTraces } from "../view/index-traces.ts";
import type { TraceView } from "../view/views.ts";
import { aTraceRequest, testStartTime } from "./builders.ts";

export interface SpanGeneratorOptions {
  /** Default 1,000. */
  readonly spansPerRequest?: number;
  /** Spans of one trace, a root and its children; default 10. A request holds whole traces: this divides `spansPerRequest`. */
  readonly spansPerTrace?: number;
  /** Start of the first span, in nanoseconds since the Unix epoch; spans follow one another at a microsecond. */
  readonly startTime?: bigint;
  /** Distinguishes the ids of generators running at once. */
  readonly seed?: number;
  readonly serviceName?: string;
  /** More attributes of the span in this row of a request, such as a prompt. */
  readonly attributes?: (row: number) => Readonly<Record<string, string>>;
}

/** Makes trace requests as fast as they can be sent: every span with ids and times of its own, everything else from a template. */
export interface SpanGenerator {
  /** The next request. The bytes are the caller's. */
  next(): Uint8Array;
  /** Spans made so far. */
  readonly count: number;
  /** Hex ids of the nth span ever made, counting from 0. */
  ids(n: number): { readonly traceId: string; readonly spanId: string };
}

const models = ["gpt-4o", "gpt-4o-mini", "claude-sonnet-4", "gemini-2.0-pro"];

/** Spans of about 260 bytes with the attributes of a GenAI chat call. */
export function createSpanGenerator(options: SpanGeneratorOptions = {}): SpanGenerator {
  const { spansPerRequest = 1_000, spansPerTrace = 10, startTime = testStartTime, seed = 1 } = options;
  if (spansPerRequest % spansPerTrace !== 0) {
    throw new RangeError(`${spansPerRequest} spans per request are no whole traces of ${spansPerTrace} spans`);
  }
  const template = aTraceRequest({
    resource: { "service.name": options.serviceName ?? "load-generator" },
    scope: { name: "genscope.load", version: "1" },
    spans: Array.from({ length: spansPerRequest }, (_, i) => ({
      traceId: "1".repeat(32),
      spanId: "1".repeat(16),
      ...(i % spansPerTrace === 0 ? {} : { parentSpanId: "1".repeat(16) }),
      name: `chat ${models[i % models.length]}`,
      kind: 3,
      attributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": models[i % models.length]!,
        "gen_ai.usage.input_tokens": 200 + ((i * 37) % 4_000),
        "gen_ai.usage.output_tokens": 20 + ((i * 11) % 900),
        ...(i % 20 === 7 ? { "error.type": "timeout" } : {}),
        ...options.attributes?.(i),
      },
      status: i % 20 === 7 ? { code: 2, message: "timed out" } : { code: 1 },
    })),
  });
  const view = indexTraces(template);
  let count = 0;
  return {
    get count() {
      return count;
    },
    ids: (n) => {
      const traceId = Buffer.alloc(16);
      const spanId = Buffer.alloc(8);
      const data = new DataView(traceId.buffer, traceId.byteOffset, 16);
      writeTraceId(data, 0, seed, Math.floor(n / spansPerTrace));
      writeSpanId(new DataView(spanId.buffer, spanId.byteOffset, 8), 0, seed, n);
      return { traceId: traceId.toString("hex"), spanId: spanId.toString("hex") };
    },
    next: () => {
      const bytes = template.slice();
      fill(view, new DataView(bytes.buffer), count, spansPerTrace, startTime, seed);
      count += spansPerRequest;
      return bytes;
    },
  };
}

function fill(view: TraceView, data: DataView, from: number, spansPerTrace: number, start: bigint, seed: number): void {
  const { spans } = view;
  for (let row = 0; row < spans.count; row++) {
    const n = from + row;
    const trace = Math.floor(n / spansPerTrace);
    writeTraceId(data, spans.traceIdOffset[row]!, seed, trace);
    writeSpanId(data, spans.spanIdOffset[row]!, seed, n);
    const parent = spans.parentSpanIdOffset[row]!;
    if (parent !== -1) writeSpanId(data, parent, seed, trace * spansPerTrace);
    const startTime = start + BigInt(n) * 1_000n;
    data.setBigUint64(spans.startTimeOffset[row]!, startTime, true);
    data.setBigUint64(spans.endTimeOffset[row]!, startTime + BigInt(1_000_000 + ((n * 7919) % 900_000_000)), true);
  }
}

/** Spread like random ids, yet never the same for two numbers: the number is in the last eight bytes. */
function writeTraceId(data: DataView, at: number, seed: number, trace: number): void {
  data.setUint32(at, Math.imul(trace + 1, 0x9e3779b1) >>> 0);
  data.setUint32(at + 4, Math.imul(trace ^ seed, 0x85ebca6b) >>> 0);
  data.setUint32(at + 8, seed >>> 0);
  data.setUint32(at + 12, trace >>> 0);
}

function writeSpanId(data: DataView, at: number, seed: number, n: number): void {
  data.setUint32(at, ((Math.imul(n + 1, 0x9e3779b1) ^ seed) | 0x40000000) >>> 0);
  data.setUint32(at + 4, n >>> 0);
}
