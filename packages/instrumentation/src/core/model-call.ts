import { genAiSpanName, type GenAiAttributes, addInVersion, toVersion } from "@genscope/semconv/genai";
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
import { type CallContent, sendContent, sendException } from "./call-events.ts";
import { measureCall, type MeasuredKind } from "./call-metrics.ts";
import { errorMessage, errorType } from "./error-type.ts";
import { guard } from "./guard.ts";
import { claimCallWithSpan, getAgent, getModelRun, getRunContext, runAttributes } from "./run-context.ts";
import type { Telemetry } from "./telemetry.ts";
import { type TokenUsage, usageAttributes } from "./usage.ts";

/** What is known of a call to a model before it is made. */
export interface CallStart {
  readonly operation: string;
  readonly provider: string;
  readonly measured: MeasuredKind;
  readonly model?: string | undefined;
  /** What follows the operation in the span's name, where that is not the model. */
  readonly subject?: string | undefined;
  readonly serverAddress?: string | undefined;
  readonly serverPort?: number | undefined;
  readonly attributes?: GenAiAttributes;
  /** When it began, by `performance.now()`, where that is told afterwards. */
  readonly startedMs?: number | undefined;
  /** What is sent to the model. Called at once, and only if content is captured: the caller may change its messages while it waits. */
  readonly content?: () => CallContent;
}

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
}

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
  #lastMs: number;
  #firstChunkMs: number | undefined;
  #content: CallContent | undefined;
  #answer: Answer | undefined;
  readonly #hasContent: boolean;
  #ended = false;

  constructor(telemetry: Telemetry, start: CallStart) {
    this.telemetry = telemetry;
    this.start = start;
    this.#startMs = start.startedMs ?? performance.now();
    this.#lastMs = this.#startMs;
    const parent = contextApi.active();
    const run = getModelRun(parent);
    if (run !== undefined) run.recorded = true;
    const { convention } = telemetry;
    const attributes: Attributes = {};
    const runContext = getRunContext(parent);
    if (runContext !== undefined) addInVersion(attributes, runAttributes(runContext), convention);
    addInVersion(attributes, commonAttributes(start), convention);
    if (start.attributes !== undefined) addInVersion(attributes, start.attributes, convention);
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
    this.#hasContent = takesContent(telemetry, this.span);
    if (start.content !== undefined && this.#hasContent) {
      this.#content = guard("reading the request's content", () => this.#release(start.content?.()));
    }
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** A chunk of a stream has arrived. */
  chunk(): void {
    const now = performance.now();
    const isFirst = this.#firstChunkMs === undefined;
    if (isFirst) this.#firstChunkMs = now;
    const { chunkMetrics } = this.telemetry.convention;
    if (chunkMetrics !== undefined && this.start.measured === "inference" && this.telemetry.measures) {
      const seconds = (now - (isFirst ? this.#startMs : this.#lastMs)) / 1000;
      this.telemetry.measure(isFirst ? chunkMetrics.first : chunkMetrics.next, seconds, this.#chunkAttributes());
    }
    this.#lastMs = now;
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
    this.#end(failure, failure !== undefined, performance.timeOrigin + this.#lastMs);
  }

  /** Something happened that {@link abandon} should count as the end. */
  touch(): void {
    this.#lastMs = performance.now();
  }

  #end(error: unknown, failed: boolean, endTimeMs?: number): void {
    if (this.#ended) return;
    this.#ended = true;
    guard("ending a model call", () => {
      const endMs = endTimeMs === undefined ? performance.now() : endTimeMs - performance.timeOrigin;
      const type = failed ? errorType(error) : undefined;
      const measured = {
        kind: this.start.measured,
        seconds: (endMs - this.#startMs) / 1000,
        usage: this.#answer?.usage,
        errorType: type,
      };
      measureCall(this.telemetry, measured, this.start, this.#answer?.attributes ?? {});
      const content = this.#answerContent();
      const { convention, content: policy } = this.telemetry;
      if (this.span.isRecording()) {
        const attributes: Attributes = {};
        this.#addAnswer(type, (more) => addInVersion(attributes, more, convention));
        if (policy.mode.spans && content !== undefined) addInVersion(attributes, asText(content), convention);
        this.span.setAttributes(attributes);
        if (failed) {
          const message = policy.maskText(errorMessage(error));
          this.span.setStatus({ code: SpanStatusCode.ERROR, ...(message === "" ? {} : { message }) });
        }
      }
      if (failed) sendException(this.telemetry, this.context, error, type ?? "_OTHER");
      if (policy.emitEvent && !isSampledOut(this.span)) {
        const about: Record<string, unknown> = {};
        this.#addAnswer(type, (more) => Object.assign(about, more));
        sendContent(this.telemetry, this.context, this.start, about, content);
      }
    });
    guard("ending a span", () => this.span.end(endTimeMs));
  }

  /** What is known at the end, piece by piece. */
  #addAnswer(type: string | undefined, add: (attributes: Readonly<Record<string, unknown>>) => void): void {
    const firstMs = this.#firstChunkMs;
    if (this.#answer !== undefined) {
      add(this.#answer.attributes);
      if (this.#answer.usage !== undefined) add(usageAttributes(this.#answer.usage));
      if (this.#answer.found !== undefined) add({ "genscope.retrieval.count": this.#answer.found });
    }
    if (firstMs !== undefined) add({ "gen_ai.response.time_to_first_chunk": (firstMs - this.#startMs) / 1000 });
    if (type !== undefined) add({ "error.type": type });
  }

  #chunkAttributes(): Attributes {
    this.#chunkMetricAttributes ??= toVersion(commonAttributes(this.start), this.telemetry.convention) as Attributes;
    return this.#chunkMetricAttributes;
  }
  #chunkMetricAttributes: Attributes | undefined;

  #answerContent(): CallContent | undefined {
    if (!this.#hasContent) return undefined;
    const { output, documents } = this.#answer ?? {};
    if (output === undefined && documents === undefined) return this.#content;
    const released = guard("reading the answer's content", () =>
      this.#release({ "gen_ai.output.messages": output?.(), "gen_ai.retrieval.documents": documents?.() }),
    );
    return { ...this.#content, ...released };
  }

  #release(content: CallContent | undefined): CallContent {
    const out: Record<string, unknown> = {};
    for (const [attribute, value] of Object.entries(content ?? {})) {
      if (value === undefined) continue;
      const { operation, provider } = this.start;
      const released = this.telemetry.content.release({
        attribute: attribute as keyof CallContent,
        value,
        operation,
        provider,
      });
      if (released !== undefined) out[attribute] = released;
    }
    return out;
  }
}

/** What spans, metrics and events of a call all have. */
function commonAttributes({ operation, provider, model, serverAddress, serverPort }: CallStart): GenAiAttributes {
  return {
    "gen_ai.operation.name": operation,
    "gen_ai.provider.name": provider,
    "gen_ai.request.model": model,
    "server.address": serverAddress,
    "server.port": serverPort,
  };
}

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
  return Object.fromEntries(
    Object.entries(content).map(([key, value]: [string, unknown]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
}
