/** OTLP/JSON by hand: what the browser tests and the screenshots send to a running Genscope. */
export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[] | object>>;

export interface SpanOptions {
  readonly name: string;
  readonly service: string;
  readonly parent?: string;
  /** Milliseconds after the trace's start. */
  readonly at: number;
  /** Milliseconds; undefined for a span without an end. */
  readonly took?: number;
  readonly kind?: "internal" | "server" | "client" | "producer" | "consumer";
  readonly attributes?: Attributes;
  /** Makes the span a failed one. */
  readonly error?: string;
  readonly ok?: boolean;
  readonly events?: readonly { name: string; at: number; attributes?: Attributes }[];
  readonly links?: readonly { traceId: string; spanId: string }[];
  readonly scope?: string;
}

export interface OtlpTraces {
  readonly resourceSpans: object[];
}

const kinds = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;

/** One trace under construction. The same seed gives the same ids. */
export class TraceBuilder {
  readonly traceId: string;
  readonly #startMs: number;
  readonly #random: () => number;
  readonly #spans = new Map<string, Map<string, object[]>>();
  #count = 0;

  constructor(seed: number, startMs: number) {
    this.#random = mulberry32(seed);
    this.#startMs = startMs;
    this.traceId = this.hex(16);
  }

  get spanCount(): number {
    return this.#count;
  }

  /** Adds a span and gives its id, to be the parent of others. */
  span(options: SpanOptions): string {
    const spanId = this.hex(8);
    const status = options.error !== undefined ? { code: 2, message: options.error } : options.ok ? { code: 1 } : {};
    const span = {
      traceId: this.traceId,
      spanId,
      ...(options.parent !== undefined && { parentSpanId: options.parent }),
      name: options.name,
      kind: kinds[options.kind ?? "internal"],
      startTimeUnixNano: this.#nano(options.at),
      endTimeUnixNano: options.took === undefined ? "0" : this.#nano(options.at + options.took),
      attributes: keyValues(options.attributes ?? {}),
      status,
      events: (options.events ?? []).map((event) => ({
        name: event.name,
        timeUnixNano: this.#nano(event.at),
        attributes: keyValues(event.attributes ?? {}),
      })),
      links: options.links ?? [],
    };
    const scopes = this.#spans.get(options.service) ?? new Map<string, object[]>();
    this.#spans.set(options.service, scopes);
    const scope = options.scope ?? "genscope.test";
    const list = scopes.get(scope) ?? [];
    scopes.set(scope, list);
    list.push(span);
    this.#count++;
    return spanId;
  }

  /** An id of a span that is never sent. */
  hex(bytes: number): string {
    let text = "";
    for (let i = 0; i < bytes; i++) {
      text += Math.floor(this.#random() * 256)
        .toString(16)
        .padStart(2, "0");
    }
    return text;
  }

  /** A number from `from` up to `to`, the same for the same seed. */
  between(from: number, to: number): number {
    return from + this.#random() * (to - from);
  }

  build(): OtlpTraces {
    return {
      resourceSpans: [...this.#spans].map(([service, scopes]) => ({
        resource: {
          attributes: keyValues({
            "service.name": service,
            "service.version": "1.4.2",
            "deployment.environment.name": "production",
            "host.name": "worker-3",
            "telemetry.sdk.language": "nodejs",
            "telemetry.sdk.name": "opentelemetry",
          }),
        },
        scopeSpans: [...scopes].map(([scope, spans]) => ({ scope: { name: scope, version: "0.9.1" }, spans })),
      })),
    };
  }

  #nano(ms: number): string {
    return (BigInt(this.#startMs) * 1_000_000n + BigInt(Math.round(ms * 1_000_000))).toString();
  }
}

function keyValues(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: Attributes[string]): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) {
    return { arrayValue: { values: value.map((item) => ({ stringValue: item })) } };
  }
  // Structured content goes as JSON in a string, as most SDKs send it.
  return { stringValue: JSON.stringify(value) };
}

/** A small generator of numbers with a seed (Tommy Ettinger's mulberry32, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
