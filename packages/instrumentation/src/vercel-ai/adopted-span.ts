import type { SpanContext } from "@opentelemetry/api";
import { guard } from "../core/guard.ts";

/** What becomes of a span that the AI SDK believes to have started. Each end is told once. */
export interface SpanEnd {
  end(attributes: Readonly<Record<string, unknown>>): void;
  fail(error: unknown, attributes: Readonly<Record<string, unknown>>): void;
  firstChunk?(): void;
}

/** Stands in for a span of the AI SDK's: keeps what is said of it until it ends, for the span that there is. */
export class AdoptedSpan {
  readonly #context: SpanContext;
  readonly #to: SpanEnd;
  #attributes: Readonly<Record<string, unknown>>;
  #failure: { readonly error: unknown } | undefined;
  #ended = false;

  constructor(context: SpanContext, attributes: Readonly<Record<string, unknown>>, to: SpanEnd) {
    this.#context = context;
    this.#attributes = attributes;
    this.#to = to;
  }

  /** The error itself, of which `recordException` is given a copy of some parts. */
  failed(error: unknown): void {
    this.#failure = { error };
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    guard("ending a span of the AI SDK", () => {
      if (this.#failure === undefined) this.#to.end(this.#attributes);
      else this.#to.fail(this.#failure.error, this.#attributes);
    });
  }

  setAttributes(attributes: unknown): this {
    if (typeof attributes === "object" && attributes !== null) {
      this.#attributes = { ...this.#attributes, ...attributes };
    }
    return this;
  }

  setAttribute(key: string, value: unknown): this {
    return this.setAttributes({ [key]: value });
  }

  addEvent(name: unknown): this {
    if (name === "ai.stream.firstChunk") guard("noting a first chunk", () => this.#to.firstChunk?.());
    return this;
  }

  recordException(error: unknown): void {
    this.#failure ??= { error };
  }

  spanContext(): SpanContext {
    return this.#context;
  }

  isRecording(): boolean {
    return !this.#ended;
  }

  setStatus(): this {
    return this;
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  updateName(): this {
    return this;
  }
}
