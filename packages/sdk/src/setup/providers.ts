import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import {
  defaultResource,
  detectResources,
  envDetector,
  processDetector,
  type Resource,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import {
  BatchLogRecordProcessor,
  ConsoleLogRecordExporter,
  LoggerProvider,
  type LogRecordExporter,
} from "@opentelemetry/sdk-logs";
import {
  ConsoleMetricExporter,
  type IMetricReader,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import { ConsoleSpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace";
import { readSpanLimits } from "../tracer/span-limits.ts";
import { SpanBatches } from "../tracer/span-batches.ts";
import { createSpanExporter } from "../tracer/span-exporter.ts";
import { type SpanSink, TracerProvider } from "../tracer/tracer-provider.ts";
import type { HeadSamplingOptions } from "../sampling/head-sampler.ts";
import type { LogRecordProcessor, MetricReader, SpanProcessor } from "./extensions.ts";
import { Deliveries, type Delivery, quiet } from "./quiet-exporter.ts";
import { type Env, readNumber, readText, readWords } from "./read-env.ts";
import { inheritedAttributes, inheritedOrSentAttributes } from "../context/inherited-attributes.ts";
import { createSampler } from "./sampler.ts";

export interface ProviderOptions {
  readonly serviceName?: string | undefined;
  readonly serviceVersion?: string | undefined;
  readonly environment?: string | undefined;
  readonly resourceAttributes?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Where to send, in place of `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly spanProcessors?: readonly SpanProcessor[] | undefined;
  readonly logRecordProcessors?: readonly LogRecordProcessor[] | undefined;
  readonly metricReaders?: readonly MetricReader[] | undefined;
  readonly sampling?: HeadSamplingOptions | undefined;
  readonly fromBaggage: boolean;
}

export interface Providers {
  readonly tracerProvider: TracerProvider;
  readonly meterProvider: MeterProvider | undefined;
  readonly loggerProvider: LoggerProvider;
}

const exporterNames = ["otlp", "console", "none"] as const;

/** Where a signal goes: what `OTEL_{SIGNAL}_EXPORTER` says, OTLP unless it says otherwise. */
function exportersOf(env: Env, signal: Signal): readonly (typeof exporterNames)[number][] {
  const words = readWords(env, `OTEL_${signal}_EXPORTER`, exporterNames) ?? ["otlp"];
  return words.includes("none") ? [] : words;
}

type Signal = "TRACES" | "METRICS" | "LOGS";

/** Where a signal's exporter sends: as the exporter itself decides, given the same options and environment. */
function deliveryOf(options: ProviderOptions, env: Env, signal: Signal, deliveries: Deliveries): Delivery {
  return deliveries.to(
    options.endpoint ??
      readText(env, `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`) ??
      readText(env, "OTEL_EXPORTER_OTLP_ENDPOINT") ??
      "http://localhost:4318",
  );
}

/** URL and headers for an OTLP exporter, where the caller gave some; the exporter reads the environment for the rest. */
function target(options: ProviderOptions, path: string): { url?: string; headers?: Record<string, string> } {
  return {
    ...(options.endpoint === undefined ? {} : { url: `${options.endpoint.replace(/\/+$/u, "")}/v1/${path}` }),
    ...(options.headers === undefined ? {} : { headers: { ...options.headers } }),
  };
}

/** Providers as the options and the `OTEL_*` variables want them. Exporting happens in the background, from queues of bounded size. */
export function createProviders(options: ProviderOptions, env: Env): Providers {
  const deliveries = new Deliveries(env);
  const resource = createResource(options, env);
  const readers = metricReaders(options, env, deliveries);
  return {
    // what nobody reads is not counted
    meterProvider: readers.length === 0 ? undefined : new MeterProvider({ resource, readers: [...readers] }),
    tracerProvider: new TracerProvider({
      resource,
      sampler: createSampler(options.sampling, env),
      limits: readSpanLimits(env),
      inherited: options.fromBaggage ? inheritedOrSentAttributes : inheritedAttributes,
      processors: [...(options.spanProcessors ?? []), ...consoleProcessors(env)],
      sinks: spanSinks(options, env, deliveries),
    }),
    loggerProvider: new LoggerProvider({
      resource,
      processors: [
        ...(options.logRecordProcessors ?? []),
        ...logExporters(options, env, deliveries).map(
          (exporter) => new BatchLogRecordProcessor({ exporter, ...batching(env, "OTEL_BLRP") }),
        ),
      ],
    }),
  };
}

function createResource(options: ProviderOptions, env: Env): Resource {
  const detected = detectResources({ detectors: [processDetector, envDetector] });
  const { serviceName, serviceVersion, environment } = options;
  const own = resourceFromAttributes({
    ...options.resourceAttributes,
    // what somebody sets from outside, when it runs, goes before what the code says
    ...(serviceName === undefined || readText(env, "OTEL_SERVICE_NAME") !== undefined
      ? {}
      : { "service.name": serviceName }),
    ...(serviceVersion === undefined ? {} : { "service.version": serviceVersion }),
    ...(environment === undefined ? {} : { "deployment.environment.name": environment }),
    "telemetry.distro.name": "genscope",
  });
  return defaultResource().merge(detected).merge(own);
}

function spanSinks(options: ProviderOptions, env: Env, deliveries: Deliveries): readonly SpanSink[] {
  if (!exportersOf(env, "TRACES").includes("otlp")) return [];
  const exporter = createSpanExporter({ ...target(options, "traces"), ...exportTimeout(env) });
  return [new SpanBatches(quiet(exporter, deliveryOf(options, env, "TRACES", deliveries)), batching(env, "OTEL_BSP"))];
}

/** The exporter's own time-out, unless that of batches is set and shorter. */
function exportTimeout(env: Env): { timeoutMillis?: number } {
  const ofBatches = readNumber(env, "OTEL_BSP_EXPORT_TIMEOUT", 1);
  if (ofBatches === undefined) return {};
  const ofRequests =
    readNumber(env, "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", 1) ?? readNumber(env, "OTEL_EXPORTER_OTLP_TIMEOUT", 1);
  return { timeoutMillis: Math.min(ofBatches, ofRequests ?? 10_000) };
}

function consoleProcessors(env: Env): readonly SpanProcessor[] {
  if (!exportersOf(env, "TRACES").includes("console")) return [];
  return [new SimpleSpanProcessor({ exporter: new ConsoleSpanExporter() })];
}

function logExporters(options: ProviderOptions, env: Env, deliveries: Deliveries): readonly LogRecordExporter[] {
  return exportersOf(env, "LOGS").map((name) =>
    name === "console"
      ? new ConsoleLogRecordExporter()
      : quiet(new OTLPLogExporter(target(options, "logs")), deliveryOf(options, env, "LOGS", deliveries)),
  );
}

function metricReaders(options: ProviderOptions, env: Env, deliveries: Deliveries): readonly IMetricReader[] {
  const exportIntervalMillis = readNumber(env, "OTEL_METRIC_EXPORT_INTERVAL", 1) ?? 60_000;
  const timeout = readNumber(env, "OTEL_METRIC_EXPORT_TIMEOUT", 1) ?? 30_000;
  const exporters = exportersOf(env, "METRICS").map((name): PushMetricExporter =>
    name === "console"
      ? new ConsoleMetricExporter()
      : quiet(new OTLPMetricExporter(target(options, "metrics")), deliveryOf(options, env, "METRICS", deliveries)),
  );
  return [
    ...((options.metricReaders ?? []) as readonly IMetricReader[]),
    ...exporters.map(
      (exporter) =>
        new PeriodicExportingMetricReader({
          exporter,
          exportIntervalMillis,
          exportTimeoutMillis: Math.min(timeout, exportIntervalMillis),
        }),
    ),
  ];
}

function batching(env: Env, prefix: "OTEL_BSP" | "OTEL_BLRP"): Record<string, number> {
  const out: Record<string, number> = {};
  for (const [option, variable] of [
    ["scheduledDelayMillis", "SCHEDULE_DELAY"],
    ["exportTimeoutMillis", "EXPORT_TIMEOUT"],
    ["maxQueueSize", "MAX_QUEUE_SIZE"],
    ["maxExportBatchSize", "MAX_EXPORT_BATCH_SIZE"],
  ] as const) {
    const value = readNumber(env, `${prefix}_${variable}`, 1);
    if (value !== undefined) out[option] = value;
  }
  return out;
}
