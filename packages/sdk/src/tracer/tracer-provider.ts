import { reportFailure } from "@genscope/instrumentation";
import type { Attributes, Context, Tracer, TracerProvider as ApiTracerProvider } from "@opentelemetry/api";
import type { SpanProcessor } from "../setup/extensions.ts";
import type { RecordedSpan, Resource, Scope } from "./recorded-span.ts";
import { RecordingTracer, type Sampler, type TracerOwner } from "./recording-tracer.ts";
import type { SpanLimits } from "./span-limits.ts";

/** Where sampled spans go when they have ended. Whatever is read of a span is read at once: it is not kept. */
export interface SpanSink {
  add(span: RecordedSpan): void;
  /** Resolves when all that was added is delivered or given up. */
  flush(): Promise<void>;
  shutdown(): Promise<void>;
}

export interface TracerProviderOptions {
  readonly resource: Resource;
  readonly limits: SpanLimits;
  readonly sampler?: Sampler | undefined;
  /** What a span has that starts in a context, unless it says otherwise itself. */
  readonly inherited?: (context: Context) => Attributes | undefined;
  readonly processors?: readonly SpanProcessor[];
  readonly sinks?: readonly SpanSink[];
}

/** Gives a tracer to each instrumentation, and what their spans say to the processors and sinks, none of which can break the application or another. */
export class TracerProvider implements ApiTracerProvider {
  readonly #options: TracerProviderOptions;
  readonly #processors: readonly SpanProcessor[];
  readonly #sinks: readonly SpanSink[];
  readonly #tracers = new Map<string, Tracer>();
  #isShutDown = false;

  constructor(options: TracerProviderOptions) {
    this.#options = options;
    this.#processors = options.processors ?? [];
    this.#sinks = options.sinks ?? [];
  }

  getTracer(name: string, version?: string, options?: { readonly schemaUrl?: string }): Tracer {
    const schemaUrl = options?.schemaUrl;
    const key = `${name}@${version ?? ""}:${schemaUrl ?? ""}`;
    let tracer = this.#tracers.get(key);
    if (tracer === undefined) {
      tracer = new RecordingTracer(
        this.#ownerOf({
          name,
          ...(version === undefined ? {} : { version }),
          ...(schemaUrl === undefined ? {} : { schemaUrl }),
        }),
      );
      this.#tracers.set(key, tracer);
    }
    return tracer;
  }

  async forceFlush(): Promise<void> {
    await Promise.allSettled([
      ...this.#processors.map(async (processor) => processor.forceFlush()),
      ...this.#sinks.map((sink) => sink.flush()),
    ]);
  }

  async shutdown(): Promise<void> {
    this.#isShutDown = true;
    await Promise.allSettled([
      ...this.#processors.map(async (processor) => processor.shutdown()),
      ...this.#sinks.map((sink) => sink.shutdown()),
    ]);
  }

  #ownerOf(scope: Scope): TracerOwner {
    const { resource, limits, sampler, inherited } = this.#options;
    return {
      inherited,
      scope,
      resource,
      limits,
      sampler,
      started: (span, context) => this.#started(span, context),
      ending: (span) => this.#ending(span),
      ended: (span) => this.#ended(span),
    };
  }

  #started(span: RecordedSpan, context: Context): void {
    for (const processor of this.#processors) {
      try {
        processor.onStart(span, context);
      } catch (error) {
        reportFailure("a span processor at a span's start", error);
      }
    }
  }

  #ending(span: RecordedSpan): void {
    for (const processor of this.#processors) {
      try {
        processor.onEnding?.(span);
      } catch (error) {
        reportFailure("a span processor before a span's end", error);
      }
    }
  }

  #ended(span: RecordedSpan): void {
    for (const processor of this.#processors) {
      try {
        processor.onEnd(span);
      } catch (error) {
        reportFailure("a span processor at a span's end", error);
      }
    }
    if (this.#isShutDown || !span.identity.isSampled) return;
    for (const sink of this.#sinks) {
      try {
        sink.add(span);
      } catch (error) {
        reportFailure("encoding a span", error);
      }
    }
  }
}
