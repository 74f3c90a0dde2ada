import {
  type Attributes,
  type AttributeValue,
  INVALID_SPAN_CONTEXT,
  type Span,
  type SpanContext,
  type SpanStatus,
  SpanStatusCode,
} from "@opentelemetry/api";

/** Which attributes that a library sets itself are taken over, by their names. */
export type Keeps = (name: string) => boolean;

/**
 * Stands for a span that is recorded here, before a library that traces itself: what it knows alone goes on that span, and the rest, which is said already,
 * does not. The library neither ends it nor gives it a status.
 */
export class StandIn implements Span {
  readonly #keeps: Keeps;
  #target: Span | undefined;
  #before: Attributes = {};

  constructor(keeps: Keeps, target?: Span) {
    this.#keeps = keeps;
    this.#target = target;
  }

  /** The span it stands for, where that is known only when the call is made. */
  bind(target: Span): void {
    this.#target = target;
    target.setAttributes(this.#before);
    this.#before = {};
  }

  spanContext(): SpanContext {
    return this.#target?.spanContext() ?? INVALID_SPAN_CONTEXT;
  }

  isRecording(): boolean {
    return this.#target?.isRecording() ?? true;
  }

  setAttribute(name: string, value: AttributeValue): this {
    if (!this.#keeps(name)) return this;
    if (this.#target === undefined) this.#before[name] = value;
    else this.#target.setAttribute(name, value);
    return this;
  }

  setAttributes(attributes: Attributes): this {
    for (const [name, value] of Object.entries(attributes)) if (value !== undefined) this.setAttribute(name, value);
    return this;
  }

  addEvent(): this {
    return this;
  }
  addLink(): this {
    return this;
  }
  addLinks(): this {
    return this;
  }
  setStatus(): this {
    return this;
  }
  updateName(): this {
    return this;
  }
  recordException(): void {}
  end(): void {}
}

/** A library's own span that is kept: without the attributes that `isContent` names, and `OK` left to the application. */
export function adaptedSpan(span: Span, isContent: (name: string) => boolean): Span {
  return new Proxy(span, {
    get(target, key) {
      if (key === "setStatus") {
        return (status: SpanStatus) => {
          if (status.code !== SpanStatusCode.OK) target.setStatus(status);
          return span;
        };
      }
      if (key === "setAttribute") {
        return (name: string, value: AttributeValue) => {
          if (!isContent(name)) target.setAttribute(name, value);
          return span;
        };
      }
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
