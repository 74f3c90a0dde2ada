import { ProtoWriter } from "@genscope/otlp/proto";
import { context as contextApi, diag, ROOT_CONTEXT } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import type { ExportResult } from "../setup/quiet-exporter.ts";
import { SpanEncoder, writeResource, writeScope } from "./encode-span.ts";
import type { RecordedSpan, Resource, Scope } from "./recorded-span.ts";
import type { SpanSink } from "./tracer-provider.ts";

/** An OTLP request, and how many spans are in it. */
export interface SpanBatch {
  readonly bytes: Uint8Array;
  readonly spans: number;
}

/** What carries batches away. */
export interface BatchExporter {
  export(batch: SpanBatch, done: (result: ExportResult) => void): void;
  shutdown(): Promise<void>;
}

/** Source: OpenTelemetry specification, "Batching processor", with its environment variables and defaults. */
export interface BatchOptions {
  readonly scheduledDelayMillis?: number;
  readonly maxQueueSize?: number;
  readonly maxExportBatchSize?: number;
}

/** So many bytes make a request, whatever the count: prompts would otherwise go beyond what collectors take at once. */
const maxBatchBytes = 4 * 1024 * 1024;

/** The spans of one scope in the batch that is being filled, as fields of its `ScopeSpans`. */
interface ScopeSpans {
  readonly scope: Scope;
  readonly encoder: SpanEncoder;
}

/**
 * Encodes each span when it ends, so that nothing of it stays but its bytes, and sends them in batches, one at a time. What comes while the queue is full is
 * dropped, and said.
 */
export class SpanBatches implements SpanSink {
  readonly #exporter: BatchExporter;
  readonly #delayMs: number;
  readonly #queueSize: number;
  readonly #batchSize: number;
  #scopes: ScopeSpans[] = [];
  /** In the batch that is being filled. */
  #spans = 0;
  #bytes = 0;
  #resource: Resource | undefined;
  #resourceBytes: Uint8Array = new Uint8Array();
  readonly #waiting: SpanBatch[] = [];
  /** In {@link #waiting} and in the batch that is being filled. */
  #queued = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;

  constructor(exporter: BatchExporter, options: BatchOptions = {}) {
    this.#exporter = exporter;
    this.#delayMs = options.scheduledDelayMillis ?? 5000;
    this.#queueSize = options.maxQueueSize ?? 2048;
    this.#batchSize = Math.min(options.maxExportBatchSize ?? 512, this.#queueSize);
  }

  add(span: RecordedSpan): void {
    if (this.#queued >= this.#queueSize) {
      this.#dropped++;
      return;
    }
    if (this.#dropped > 0) {
      diag.warn(`genscope: ${this.#dropped} spans were dropped because ${this.#queueSize} waited to be sent`);
      this.#dropped = 0;
    }
    this.#resource ??= span.resource;
    const encoder = this.#encoderOf(span.instrumentationScope);
    const before = encoder.out.position;
    encoder.write(2, span);
    this.#bytes += encoder.out.position - before;
    this.#spans++;
    this.#queued++;
    if (this.#spans >= this.#batchSize || this.#bytes >= maxBatchBytes) {
      this.#seal();
      this.#send();
    } else this.#timer ??= setTimeout(() => this.#onTimer(), this.#delayMs).unref();
  }

  async flush(): Promise<void> {
    this.#seal();
    this.#send();
    while (this.#sending !== undefined) await this.#sending;
  }

  async shutdown(): Promise<void> {
    await this.flush();
    await this.#exporter.shutdown();
  }

  #onTimer(): void {
    this.#timer = undefined;
    this.#seal();
    this.#send();
  }

  #encoderOf(scope: Scope): SpanEncoder {
    // few, and mostly the same one again
    for (const known of this.#scopes) if (known.scope === scope) return known.encoder;
    const encoder = new SpanEncoder();
    this.#scopes.push({ scope, encoder });
    return encoder;
  }

  /** Makes a request of what there is. */
  #seal(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#spans === 0 || this.#resource === undefined) return;
    const out = new ProtoWriter(this.#bytes + 1024);
    out.tag(1, 2);
    const start = out.beginMessage(3);
    out.blob(1, this.#encodedResource(this.#resource));
    for (const { scope, encoder } of this.#scopes) {
      const spans = encoder.out;
      if (spans.position === 0) continue;
      out.tag(2, 2);
      const scopeStart = out.beginMessage(3);
      out.tag(1, 2);
      const about = out.beginMessage(1);
      writeScope(out, scope);
      out.endMessage(about, 1);
      out.raw(spans.bytes, 0, spans.position);
      if (scope.schemaUrl !== undefined) out.string(3, scope.schemaUrl);
      out.endMessage(scopeStart, 3);
    }
    out.endMessage(start, 3);
    this.#waiting.push({ bytes: out.finish(), spans: this.#spans });
    this.#spans = 0;
    this.#bytes = 0;
    // one prompt of many megabytes must not keep as much for ever
    this.#scopes = this.#scopes.filter(({ encoder }) => encoder.out.bytes.length <= maxBatchBytes);
    for (const { encoder } of this.#scopes) encoder.clear();
  }

  #encodedResource(resource: Resource): Uint8Array {
    if (this.#resourceBytes.length > 0) return this.#resourceBytes;
    const out = new ProtoWriter(1024);
    writeResource(out, resource);
    this.#resourceBytes = out.finish();
    return this.#resourceBytes;
  }

  #send(): void {
    if (this.#sending !== undefined || this.#waiting.length === 0) return;
    this.#sending = this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    for (let batch = this.#waiting.shift(); batch !== undefined; batch = this.#waiting.shift()) {
      this.#queued -= batch.spans;
      await this.#sendOne(batch);
    }
    this.#sending = undefined;
  }

  /** Resolves whatever becomes of it: who exports says what went wrong. */
  #sendOne(batch: SpanBatch): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    try {
      contextApi.with(suppressTracing(ROOT_CONTEXT), () => this.#exporter.export(batch, () => resolve()));
    } catch (error) {
      diag.error("genscope: spans could not be sent", error);
      resolve();
    }
    return promise;
  }
}
