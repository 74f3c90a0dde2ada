import { aTraceRequest, type PlainAttributes, type SpanInit } from "@genscope/otlp/testing";

/** Spans of one trace: an agent and its two calls. */
export const spansPerTrace = 3;
const keptShare = 0.1;
const models = ["gpt-4o", "gpt-4o-mini", "claude-sonnet-4-20250514"];
const prompt = `my number is 010190-1234567, call me. ${"What is in the papers? ".repeat(20)}`;

/** What of a span id is the trace's number, and which of its spans it is. */
export function numberOf(spanId: string): { readonly trace: number; readonly part: number } {
  const number = Number.parseInt(spanId, 16) - 1;
  return { trace: Math.floor(number / spansPerTrace), part: number % spansPerTrace };
}

function spanIdOf(trace: number, part: number): string {
  return (trace * spansPerTrace + part + 1).toString(16).padStart(16, "0");
}

function traceIdOf(trace: number): string {
  return (0x5eed_0000 + trace * 2_654_435_761).toString(16).padStart(32, "4");
}

/** One trace of fifteen fails. */
function isFailing(trace: number): boolean {
  return trace % 15 === 7;
}

function tokensOf(trace: number, call: number): { readonly input: number; readonly output: number } {
  return { input: 100 + ((trace * 7 + call) % 900), output: 10 + ((trace + call) % 50) };
}

/** Requests of whole traces that can be told apart by number, with what the example configuration makes of them. */
export class NumberedTraces {
  readonly #tracesPerRequest: number;
  count = 0;

  constructor(tracesPerRequest: number) {
    this.#tracesPerRequest = tracesPerRequest;
  }

  get spans(): number {
    return this.count * spansPerTrace;
  }

  get spansPerRequest(): number {
    return this.#tracesPerRequest * spansPerTrace;
  }

  next(): { readonly bytes: Uint8Array; readonly spans: number } {
    const startTime = BigInt(Date.now()) * 1_000_000n;
    const spans: SpanInit[] = [];
    for (let end = this.count + this.#tracesPerRequest; this.count < end; this.count++) {
      spans.push(...traceOf(this.count, startTime));
    }
    return { bytes: aTraceRequest({ resource: { "service.name": "outage" }, spans }), spans: spans.length };
  }

  /** Of all calls made so far, which their agents repeat. */
  tokens(): { readonly input: number; readonly output: number } {
    const sums = { input: 0, output: 0 };
    for (let trace = 0; trace < this.count; trace++) {
      for (const call of [0, 1]) {
        const { input, output } = tokensOf(trace, call);
        sums.input += input;
        sums.output += output;
      }
    }
    return sums;
  }

  isKept(trace: number): boolean {
    return isFailing(trace) || isInShare(traceIdOf(trace));
  }

  kept(): number[] {
    return Array.from({ length: this.count }, (_, trace) => trace).filter((trace) => this.isKept(trace));
  }
}

function traceOf(trace: number, startTime: bigint): SpanInit[] {
  const traceId = traceIdOf(trace);
  const model = models[trace % models.length]!;
  const attributes = (operation: string, of: readonly number[]): PlainAttributes => ({
    "gen_ai.operation.name": operation,
    "gen_ai.system": "openai",
    "gen_ai.request.model": model,
    "gen_ai.content.prompt": prompt,
    "gen_ai.usage.input_tokens": of.reduce((sum, call) => sum + tokensOf(trace, call).input, 0),
    "gen_ai.usage.output_tokens": of.reduce((sum, call) => sum + tokensOf(trace, call).output, 0),
  });
  const call = (index: number): SpanInit => ({
    traceId,
    spanId: spanIdOf(trace, index + 1),
    parentSpanId: spanIdOf(trace, 0),
    name: `chat ${model}`,
    kind: 3,
    startTime,
    endTime: startTime + 250_000_000n,
    attributes: attributes("chat", [index]),
    ...(isFailing(trace) && index === 1 ? { status: { code: 2, message: "rate limited" } } : {}),
  });
  const agent: SpanInit = {
    traceId,
    spanId: spanIdOf(trace, 0),
    name: "invoke_agent helper",
    startTime,
    attributes: attributes("invoke_agent", [0, 1]),
  };
  return [call(0), call(1), agent];
}

/** The Collector's choice, from its documentation: FNV-1a of salt and trace id against a share of 2^64. */
function isInShare(traceId: string): boolean {
  let hash = 0xcbf29ce484222325n;
  for (const byte of [...Buffer.from("default-hash-seed"), ...Buffer.from(traceId, "hex")]) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return Number(hash) / 2 ** 64 <= keptShare;
}
