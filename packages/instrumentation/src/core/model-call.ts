import {
  type Convention,
  genAiSpanName,
  type GenAiAttributes,
  inVersion,
  type MetricName,
} from "@genscope/semconv/genai";
import {
  type Attributes,
  type Context,
  isSpanContextValid,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
  TraceFlags,
  context as contextApi,
} from "@opentelemetry/api";
import { textOf } from "../capture/content-policy.ts";
import { type CallContent, sendContent, sendException } from "./call-events.ts";
import { measureCall } from "./call-metrics.ts";
import { type CallStart, commonAttributes, startAttributes } from "./call-start.ts";
import { errorMessage, errorType } from "./error-type.ts";
import { reportFailure } from "./guard.ts";
import { claimCallWithSpan, getAgent, getModelRun, getRunContext } from "./run-context.ts";
import type { Held } from "./open-calls.ts";
import type { Telemetry } from "./telemetry.ts";
import { type TokenUsage, usageAttributes } from "./usage.ts";

/** What a model said. */
export interface Answer {
  readonly attributes: GenAiAttributes;
  readonly usage?: TokenUsage | undefined;
  /** Called only if content is captured. */
  readonly output?: () => unknown;
  /** How many documents were found, of a ranking. */
  readonly found?: number;
  /** These, in order; called only if content is captured. */
  readonly documents?: () => unknown;
  /** The calls of models that an agent elsewhere made, as one below this call: nobody else tells of them, and an agent's own sums count in no total. */
  readonly inference?: { readonly model: string | undefined; readonly answer: Answer };
}

const noAttributes: Attributes = {};

/**
 * One call to a model, from its start to its only end: a CLIENT span, the metrics of the operation, and the events. Nothing here throws into the caller.
 */
export class ModelCall {
  readonly telemetry: Telemetry;
  readonly start: CallStart;
  readonly span: Span;
  /** In which the request is made: the span is the parent of what happens below, and no layer below records the call again. */
  readonly context: Context;
  readonly #startMs: number;
  /** When the last thing happened, in milliseconds of the Unix epoch: by the clock that costs least, since it is asked once per chunk. */
  #lastAt = 0;
  #firstChunkMs: number | undefined;
  /** By `performance.now()`, where the time between chunks is measured. */
  #lastChunkMs = 0;
  /** What was said, where anybody will see it. */
  #content: Record<string, unknown> | undefined;
  #answer: Answer | undefined;
  #chunkMetrics: Convention["chunkMetrics"];
  #chunkAttributes: Attributes = noAttributes;
  #ended = false;
  /** Its result, while that is held for it. */
  held: Held | undefined;

  constructor(telemetry: Telemetry, start: CallStart, parent: Context = contextApi.active()) {
    this.telemetry = telemetry;
    this.start = start;
    this.#startMs = start.startedMs ?? performance.now();
    const run = getModelRun(parent);
    if (run !== undefined) run.recorded = true;
    const attributes = startAttributes(start, getRunContext(parent), telemetry.convention);
    const options: SpanOptions = { kind: SpanKind.CLIENT, attributes };
    if (start.startedMs !== undefined) options.startTime = performance.timeOrigin + start.startedMs;
    this.span = telemetry.tracer.startSpan(
      genAiSpanName(start.operation, start.subject ?? start.model),
      options,
      parent,
    );
    const agent = getAgent(parent);
    if (agent !== undefined && start.measured === "inference") agent.inferenceCalls++;
    this.context = claimCallWithSpan(parent, this.span);
    if (!takesContent(telemetry, this.span)) return;
    this.#content = {};
    if (start.content !== undefined) this.#requestContent(this.#content, start.content);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** A chunk of a stream has arrived. */
  chunk(): void {
    if (this.#firstChunkMs === undefined) this.#beginChunks(performance.now());
    else if (this.#chunkMetrics !== undefined) this.#measureChunk(this.#chunkMetrics.next, this.#lastChunkMs);
    this.#lastAt = Date.now();
  }

  #beginChunks(now: number): void {
    this.#firstChunkMs = now;
    const { telemetry, start } = this;
    if (start.measured !== "inference" || !telemetry.measures) return;
    this.#chunkMetrics = telemetry.convention.chunkMetrics;
    if (this.#chunkMetrics === undefined) return;
    this.#chunkAttributes = inVersion(commonAttributes(start), telemetry.convention);
    this.#measureChunk(this.#chunkMetrics.first, this.#startMs, now);
  }

  #measureChunk(name: MetricName, sinceMs: number, now = performance.now()): void {
    this.telemetry.measure(name, (now - sinceMs) / 1000, this.#chunkAttributes);
    this.#lastChunkMs = now;
  }

  /** The call is over: answered, or left by the caller with what had arrived. `endedMs`: when, by `performance.now()`, where that is told afterwards. */
  end(answer?: Answer, endedMs?: number): void {
    this.#answer = answer;
    this.#end(undefined, false, endedMs === undefined ? undefined : performance.timeOrigin + endedMs);
  }

  fail(error: unknown, answer?: Answer): void {
    this.#answer = answer;
    this.#end(error, true);
  }

  /**
   * Nobody holds the result any more, so it will never be read: ends as of the last thing that happened. `failure`: what is known to have gone wrong all the
   * same.
   */
  abandon(answer?: Answer, failure?: unknown): void {
    if (this.#ended) return;
    this.#answer = answer;
    // whole milliseconds: the last thing must not come before the first
    this.#end(failure, failure !== undefined, Math.max(this.#lastAt, performance.timeOrigin + this.#startMs));
  }

  /** Something happened that {@link abandon} should count as the end. */
  touch(): void {
    this.#lastAt = Date.now();
  }

  #end(error: unknown, failed: boolean, endTimeMs?: number): void {
    if (this.#ended) return;
    this.#ended = true;
    try {
      this.#recordEnd(error, failed, endTimeMs);
    } catch (failure) {
      reportFailure("ending a model call", failure);
    }
    try {
      this.span.end(endTimeMs);
    } catch (failure) {
      reportFailure("ending a span", failure);
    }
  }

  #recordEnd(error: unknown, failed: boolean, endTimeMs: number | undefined): void {
    const { telemetry, start, span } = this;
    const { content: policy } = telemetry;
    const answer = this.#answer ?? noAnswer;
    const type = failed ? errorType(error) : undefined;
    if (telemetry.measures) {
      const endMs = endTimeMs === undefined ? performance.now() : endTimeMs - performance.timeOrigin;
      const seconds = (endMs - this.#startMs) / 1000;
      const measured = { kind: start.measured, seconds, usage: answer.usage, errorType: type };
      measureCall(telemetry, measured, start, answer.attributes);
    }
    const content = this.#answerContent();
    const emits = policy.emitEvent && !isSampledOut(span);
    const usage = answer.usage === undefined ? undefined : usageAttributes(answer.usage);
    const more = this.#moreAttributes(answer, type);
    if (span.isRecording()) {
      this.#set(answer.attributes);
      if (usage !== undefined) this.#set(usage);
      if (more !== undefined) this.#set(more);
      if (policy.mode.spans && content !== undefined) this.#set(policy.mode.events ? asText(content) : content);
      if (failed) {
        const message = policy.maskText(errorMessage(error));
        span.setStatus({ code: SpanStatusCode.ERROR, ...(message === "" ? {} : { message }) });
      }
    }
    if (failed) sendException(telemetry, this.context, error, type ?? "_OTHER");
    if (emits) sendContent(telemetry, this.context, start, { ...answer.attributes, ...usage, ...more }, content);
    if (answer.inference !== undefined) this.#tellInference(answer.inference, endTimeMs);
  }

  #tellInference({ model, answer }: NonNullable<Answer["inference"]>, endTimeMs: number | undefined): void {
    const { provider, serverAddress, serverPort } = this.start;
    const operation = { operation: "chat", measured: "inference" } as const;
    const start = { ...operation, provider, model, serverAddress, serverPort, startedMs: this.#startMs };
    const endedMs = endTimeMs === undefined ? undefined : endTimeMs - performance.timeOrigin;
    contextApi.with(this.context, () => new ModelCall(this.telemetry, start)).end(answer, endedMs);
  }

  #set(attributes: Readonly<Record<string, unknown>>): void {
    this.span.setAttributes(inVersion(attributes, this.telemetry.convention));
  }

  /** What the call itself knows at its end. */
  #moreAttributes({ found }: Answer, type: string | undefined): Record<string, unknown> | undefined {
    const firstMs = this.#firstChunkMs;
    if (found === undefined && firstMs === undefined && type === undefined) return undefined;
    const out: Record<string, unknown> = {};
    if (found !== undefined) out["genscope.retrieval.count"] = found;
    if (firstMs !== undefined) out["gen_ai.response.time_to_first_chunk"] = (firstMs - this.#startMs) / 1000;
    if (type !== undefined) out["error.type"] = type;
    return out;
  }

  /** Adds what was answered to what was asked. */
  #answerContent(): Record<string, unknown> | undefined {
    const content = this.#content;
    if (content === undefined) return undefined;
    const { output, documents } = this.#answer ?? noAnswer;
    try {
      if (output !== undefined) this.#release(content, "gen_ai.output.messages", output());
      if (documents !== undefined) this.#release(content, "gen_ai.retrieval.documents", documents());
    } catch (failure) {
      reportFailure("reading the answer's content", failure);
    }
    return content;
  }

  #requestContent(out: Record<string, unknown>, read: () => CallContent): void {
    try {
      const content = read();
      for (const attribute in content) {
        const name = attribute as keyof CallContent;
        this.#release(out, name, content[name]);
      }
    } catch (failure) {
      reportFailure("reading the request's content", failure);
    }
  }

  /** As text, unless events are sent, which carry structure. */
  #release(out: Record<string, unknown>, attribute: keyof CallContent, value: unknown): void {
    if (value === undefined) return;
    const { operation, provider } = this.start;
    const policy = this.telemetry.content;
    const content = { attribute, value, operation, provider };
    const released = policy.mode.events ? policy.release(content) : policy.releaseText(content);
    if (released !== undefined) out[attribute] = released;
  }
}

const noAnswer: Answer = { attributes: {} };

/** Whether a sampler left the trace out. Without a tracer provider there is no trace, and nobody left it out. */
function isSampledOut(span: Span): boolean {
  const context = span.spanContext();
  return (context.traceFlags & TraceFlags.SAMPLED) === 0 && isSpanContextValid(context);
}

/** Whether anybody will see what was said: prompts of a trace that is not kept are not sent by themselves. */
function takesContent({ content: { mode } }: Telemetry, span: Span): boolean {
  return (mode.spans && span.isRecording()) || (mode.events && !isSampledOut(span));
}

/** Structured content for a span: JSON text, because not every SDK can carry structure on spans. */
export function asText(content: object): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [key, value] of Object.entries(content) as [string, unknown][]) {
    out[key] = textOf(value);
  }
  return out;
}
