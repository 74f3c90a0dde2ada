import {
  type Attributes,
  type Context,
  context as contextApi,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  trace,
  TraceFlags,
  type Tracer,
} from "@opentelemetry/api";
import { isTracingSuppressed } from "@opentelemetry/core";
import type { SamplingResult } from "../setup/extensions.ts";
import { RecordedSpan, type SpanOwner } from "./recorded-span.ts";
import { SpanIdentity } from "./span-identity.ts";

/** What decides at a span's start whether it is recorded and sent: OpenTelemetry's `Sampler`. */
export interface Sampler {
  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: NonNullable<SpanOptions["attributes"]>,
    links: NonNullable<SpanOptions["links"]>,
  ): SamplingResult;
}

/** What a tracer hands its spans to. */
export interface TracerOwner extends SpanOwner {
  /** Without one, what the parent decided, and everything that has no parent. */
  readonly sampler: Sampler | undefined;
  readonly inherited: ((context: Context) => Attributes | undefined) | undefined;
  started(span: RecordedSpan, context: Context): void;
}

const everything: SamplingResult = { decision: 2 };
const nothing: SamplingResult = { decision: 0 };

/** Makes spans. Source: OpenTelemetry specification, "Tracing SDK, Span Creation". */
export class RecordingTracer implements Tracer {
  readonly #owner: TracerOwner;

  constructor(owner: TracerOwner) {
    this.#owner = owner;
  }

  startSpan(name: string, options: SpanOptions = {}, context: Context = contextApi.active()): Span {
    if (isTracingSuppressed(context)) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    const within = options.root === true ? trace.deleteSpan(context) : context;
    const parent = parentIn(within);
    const kind = options.kind ?? SpanKind.INTERNAL;
    const identity = new SpanIdentity(parent?.traceId);
    const sampling = this.#sample(within, identity, name, kind, options, parent);
    identity.traceState = sampling.traceState ?? parent?.traceState;
    if (sampling.decision === 2) identity.traceFlags = TraceFlags.SAMPLED;
    if (sampling.decision === 0) return trace.wrapSpanContext(identity.context);
    const span = new RecordedSpan(this.#owner, name, kind, identity, parent, options.startTime);
    const inherited = this.#owner.inherited?.(within);
    if (inherited !== undefined) span.setAttributes(inherited);
    if (options.links !== undefined) span.addLinks(options.links);
    if (options.attributes !== undefined) span.setAttributes(options.attributes);
    if (sampling.attributes !== undefined) span.setAttributes(sampling.attributes);
    this.#owner.started(span, within);
    return span;
  }

  startActiveSpan<Run extends (span: Span) => unknown>(name: string, ...rest: readonly unknown[]): ReturnType<Run> {
    const run = rest.at(-1) as Run;
    const options = rest.length > 1 ? (rest[0] as SpanOptions) : undefined;
    const parent = (rest.length > 2 ? (rest[1] as Context) : undefined) ?? contextApi.active();
    const span = this.startSpan(name, options, parent);
    return contextApi.with(trace.setSpan(parent, span), run as (span: Span) => ReturnType<Run>, undefined, span);
  }

  #sample(
    context: Context,
    identity: SpanIdentity,
    name: string,
    kind: SpanKind,
    { attributes, links }: SpanOptions,
    parent: SpanContext | undefined,
  ): SamplingResult {
    const { sampler } = this.#owner;
    if (sampler !== undefined) {
      return sampler.shouldSample(context, identity.traceId, name, kind, attributes ?? {}, links ?? []);
    }
    return parent === undefined || (parent.traceFlags & TraceFlags.SAMPLED) !== 0 ? everything : nothing;
  }
}

function parentIn(context: Context): SpanContext | undefined {
  const parent = trace.getSpanContext(context);
  return parent !== undefined && isSpanContextValid(parent) ? parent : undefined;
}
