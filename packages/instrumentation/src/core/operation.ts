import { type MetricName, toVersion } from "@genscope/semconv/genai";
import {
  type Attributes,
  type Context,
  type Link,
  type Span,
  type SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { sendStepContent } from "./call-events.ts";
import { errorMessage, errorType } from "./error-type.ts";
import { guard } from "./guard.ts";
import { asText } from "./model-call.ts";
import { getRunContext, runAttributes } from "./run-context.ts";
import type { Telemetry } from "./telemetry.ts";

/** Attributes whose values are content: they leave the process by the capture rules alone. */
export type ContentAttributes = Readonly<Record<string, unknown>>;

/** What is known of an operation at its start. */
export interface OperationStart {
  readonly name: string;
  readonly kind: SpanKind;
  /** `undefined` values are left out. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly parent: Context;
  readonly links?: readonly Link[];
  /** What content rules are told it is, where it has no `gen_ai.operation.name`; its name unless said. */
  readonly contentOf?: string;
  /** Called only if content is captured. */
  readonly content?: () => ContentAttributes;
  /** The duration metric it counts for, and the attributes it has there. */
  readonly duration?: { readonly metric: MetricName; readonly attributes: () => Attributes };
  /** A span that is there already and says this too, in place of one of its own. It is not ended. */
  readonly on?: Span;
}

/** More about a failure. */
export interface FailureOptions {
  /** `error.type`, where the error's own would not do. */
  readonly type?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Whether the span has the error as an exception event, with its stack: for errors of the application's own code. */
  readonly exception?: boolean | undefined;
}

interface Failure {
  readonly error: unknown;
  readonly type: string;
  readonly exception?: boolean | undefined;
}

/**
 * One thing done that is no call to a model (a tool, a retrieval, an agent, a request of a protocol), from its start to its only end: a span, its duration,
 * and its content by the capture rules. Nothing here throws into the caller.
 */
export class Operation {
  readonly telemetry: Telemetry;
  readonly span: Span;
  /** In which the work is done. */
  readonly context: Context;
  readonly #start: OperationStart;
  readonly #startMs = performance.now();
  readonly #content: Record<string, unknown> = {};
  #ended = false;

  constructor(telemetry: Telemetry, start: OperationStart) {
    this.telemetry = telemetry;
    this.#start = start;
    const attributes = toVersion(
      { ...runAttributes(getRunContext(start.parent)), ...start.attributes },
      telemetry.convention,
    ) as Attributes;
    if (start.on === undefined) {
      const links = start.links === undefined ? {} : { links: [...start.links] };
      this.span = telemetry.tracer.startSpan(start.name, { kind: start.kind, attributes, ...links }, start.parent);
    } else {
      this.span = start.on;
      this.span.setAttributes(attributes);
    }
    this.context = trace.setSpan(start.parent, this.span);
    if (start.content !== undefined) this.#capture(start.content);
  }

  get ended(): boolean {
    return this.#ended;
  }

  end(attributes: Readonly<Record<string, unknown>> = {}, content?: () => ContentAttributes): void {
    this.#end(attributes, content, undefined);
  }

  /** It failed. */
  fail(error: unknown, more: FailureOptions = {}): void {
    const type = more.type ?? errorType(error);
    this.#end(more.attributes ?? {}, undefined, { error, type, exception: more.exception });
  }

  /** It ended as it should, and says that what it did failed. */
  endAsFailure(type: string, message: string, content?: () => ContentAttributes): void {
    this.#end({}, content, { error: message, type });
  }

  #end(
    attributes: Readonly<Record<string, unknown>>,
    content: (() => ContentAttributes) | undefined,
    failure: Failure | undefined,
  ): void {
    if (this.#ended) return;
    this.#ended = true;
    guard("ending an operation", () => {
      if (content !== undefined) this.#capture(content);
      const { content: policy, convention } = this.telemetry;
      const type = failure === undefined ? {} : { "error.type": failure.type };
      if (this.span.isRecording()) {
        const all = { ...attributes, ...type, ...(policy.mode.spans ? asText(this.#content) : {}) };
        this.span.setAttributes(toVersion(all, convention));
        if (failure !== undefined) this.#setFailure(failure);
      }
      const { duration } = this.#start;
      if (duration !== undefined && this.telemetry.measures) {
        const common = toVersion({ ...duration.attributes(), ...type }, convention) as Attributes;
        this.telemetry.measure(duration.metric, (performance.now() - this.#startMs) / 1000, common);
      }
      sendStepContent(this.telemetry, this.context, this.#start.attributes["gen_ai.operation.name"], this.#content);
    });
    if (this.#start.on === undefined) guard("ending a span", () => this.span.end());
  }

  #setFailure({ error, exception }: Failure): void {
    const policy = this.telemetry.content;
    const message = policy.maskText(errorMessage(error));
    this.span.setStatus({ code: SpanStatusCode.ERROR, ...(message === "" ? {} : { message }) });
    if (exception !== true || !(error instanceof Error)) return;
    const stack = error.stack === undefined ? {} : { stack: policy.maskText(error.stack) };
    this.span.recordException({ name: error.name, message, ...stack });
  }

  #capture(read: () => ContentAttributes): void {
    const { content } = this.telemetry;
    if (!content.mode.events && !(content.mode.spans && this.span.isRecording())) return;
    guard("reading content", () => {
      const named = this.#start.attributes["gen_ai.operation.name"];
      const operation = typeof named === "string" ? named : (this.#start.contentOf ?? this.#start.name);
      for (const [attribute, value] of Object.entries(read())) {
        if (value === undefined) continue;
        const released = content.release({ attribute: attribute as never, value, operation });
        if (released !== undefined) this.#content[attribute] = released;
      }
    });
  }
}
