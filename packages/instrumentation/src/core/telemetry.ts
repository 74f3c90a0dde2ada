import {
  type Convention,
  conventions,
  type ConventionVersion,
  genAiVersion,
  metricConventions,
  type MetricName,
  parseStabilityOptIn,
} from "@genscope/semconv/genai";
import {
  type Attributes,
  createNoopMeter,
  type Meter,
  type MeterProvider,
  metrics,
  trace,
  type Tracer,
  type TracerProvider,
  ValueType,
} from "@opentelemetry/api";
import { type ContentOptions, type ContentPolicy, createContentPolicy } from "../capture/content-policy.ts";
import { type EventLogger, type EventLoggerProvider, globalLoggerProvider } from "./logger.ts";

export interface TelemetryOptions extends ContentOptions {
  /** The version of the conventions to write. Without it `OTEL_SEMCONV_STABILITY_OPT_IN` decides, without that the newest. */
  readonly conventions?: ConventionVersion;
}

/** What the API gives where nobody registered a provider. */
const silentMeter = createNoopMeter();

interface Instrument {
  record(value: number, attributes: Attributes): void;
}

/** Tracer, meter and logger of one instrumentation scope, with the conventions and the content policy they follow. */
export class Telemetry {
  readonly #name: string;
  readonly #version: string;
  readonly convention: Convention;
  readonly content: ContentPolicy;
  tracer: Tracer;
  #meterProvider: MeterProvider | undefined;
  #meterFrom: MeterProvider | undefined;
  #meter: Meter | undefined;
  #isSilent = false;
  #loggerProvider: EventLoggerProvider | undefined;
  #logger: EventLogger | undefined;
  #loggerFrom: EventLoggerProvider | undefined;
  #instruments = new Map<MetricName, Instrument>();

  constructor(name: string, version: string, options: TelemetryOptions = {}) {
    this.#name = name;
    this.#version = version;
    this.convention =
      conventions[
        options.conventions ?? parseStabilityOptIn(process.env["OTEL_SEMCONV_STABILITY_OPT_IN"]) ?? genAiVersion
      ];
    this.content = createContentPolicy(options);
    this.tracer = this.#tracerOf(trace);
  }

  setTracerProvider(provider: TracerProvider): void {
    this.tracer = this.#tracerOf(provider);
  }

  setMeterProvider(provider: MeterProvider): void {
    this.#meterProvider = provider;
  }

  setLoggerProvider(provider: EventLoggerProvider): void {
    this.#loggerProvider = provider;
  }

  get logger(): EventLogger | undefined {
    const provider = this.#loggerProvider ?? globalLoggerProvider();
    if (provider === undefined) return undefined;
    if (provider !== this.#loggerFrom) {
      this.#loggerFrom = provider;
      this.#logger = provider.getLogger(this.#name, this.#version, this.#scopeOptions());
    }
    return this.#logger;
  }

  /** Whether anybody counts: without a meter provider there is nothing to measure for. */
  get measures(): boolean {
    this.#currentMeter();
    return !this.#isSilent;
  }

  /** Records a measurement under the instrument's conventional unit and buckets. */
  measure(name: MetricName, value: number, attributes: Attributes): void {
    const meter = this.#currentMeter();
    let instrument = this.#instruments.get(name);
    if (instrument === undefined) {
      instrument = createInstrument(meter, name);
      this.#instruments.set(name, instrument);
    }
    instrument.record(value, attributes);
  }

  /** Looked up each time: the Metrics API has no proxy, so a meter taken before the provider is registered stays silent for ever. */
  #currentMeter(): Meter {
    const provider = this.#meterProvider ?? metrics.getMeterProvider();
    if (provider !== this.#meterFrom || this.#meter === undefined) {
      this.#meterFrom = provider;
      this.#meter = provider.getMeter(this.#name, this.#version, this.#scopeOptions());
      // by its name: it may be another copy's
      this.#isSilent = this.#meter.constructor.name === silentMeter.constructor.name;
      this.#instruments = new Map();
    }
    return this.#meter;
  }

  #scopeOptions(): { schemaUrl?: string } {
    const { schemaUrl } = this.convention;
    return schemaUrl === undefined ? {} : { schemaUrl };
  }

  #tracerOf(provider: Pick<TracerProvider, "getTracer">): Tracer {
    return provider.getTracer(this.#name, this.#version, this.#scopeOptions());
  }
}

function createInstrument(meter: Meter, name: MetricName): Instrument {
  const { instrument, unit, description, ...more } = metricConventions[name];
  if (instrument === "counter") {
    const counter = meter.createCounter(name, { unit, description, valueType: ValueType.INT });
    return { record: (value, attributes) => counter.add(value, attributes) };
  }
  const boundaries = "boundaries" in more && more.boundaries !== undefined ? [...more.boundaries] : undefined;
  return meter.createHistogram(name, {
    unit,
    description,
    ...(unit === "s" ? {} : { valueType: ValueType.INT }),
    ...(boundaries === undefined ? {} : { advice: { explicitBucketBoundaries: boundaries } }),
  });
}
