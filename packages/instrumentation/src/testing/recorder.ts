import { context, type Context } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { LoggerProvider, type ReadableLogRecord } from "@opentelemetry/sdk-logs";
import { type DataPoint, type Histogram, MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { type ReadableSpan, TracerProvider } from "@opentelemetry/sdk-trace";

export interface RecordedMetric {
  readonly name: string;
  readonly unit: string;
  readonly points: readonly { readonly attributes: Record<string, unknown>; readonly value: unknown }[];
}

/** Providers that keep what they are given, of whichever OpenTelemetry line is installed. */
export interface Recorder {
  readonly spans: ReadableSpan[];
  readonly logs: ReadableLogRecord[];
  readonly tracerProvider: TracerProvider;
  readonly meterProvider: MeterProvider;
  readonly loggerProvider: LoggerProvider;
  metrics(): Promise<readonly RecordedMetric[]>;
  clear(): void;
}

/** What takes providers: an instrumentation of one library, or of all. */
interface Recorded {
  setTracerProvider(provider: TracerProvider): void;
  setMeterProvider(provider: MeterProvider): void;
  setLoggerProvider(provider: LoggerProvider): void;
}

/** Has a recorder keep everything that an instrumentation emits. */
export function recordWith<Instrumentation extends Recorded>(
  recorder: Recorder,
  instrumentation: Instrumentation,
): Instrumentation {
  instrumentation.setTracerProvider(recorder.tracerProvider);
  instrumentation.setMeterProvider(recorder.meterProvider);
  instrumentation.setLoggerProvider(recorder.loggerProvider);
  return instrumentation;
}

class OnDemandReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

const nothing = async (): Promise<void> => {};

let contextManager: AsyncLocalStorageContextManager | undefined;

/** Makes spans follow `await`, once per process. */
export function useAsyncContext(): void {
  if (contextManager !== undefined) return;
  contextManager = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(contextManager);
}

export function createRecorder(): Recorder {
  const spans: ReadableSpan[] = [];
  const logs: ReadableLogRecord[] = [];
  const reader = new OnDemandReader();
  return {
    spans,
    logs,
    tracerProvider: new TracerProvider({
      spanProcessors: [
        {
          onStart: () => {},
          onEnd: (span: ReadableSpan) => void spans.push(span),
          forceFlush: nothing,
          shutdown: nothing,
        },
      ],
    }),
    meterProvider: new MeterProvider({ readers: [reader] }),
    loggerProvider: new LoggerProvider({
      processors: [
        {
          onEmit: (record: ReadableLogRecord, _context?: Context) => void logs.push(record),
          enabled: () => true,
          forceFlush: nothing,
          shutdown: nothing,
        },
      ],
    }),
    async metrics() {
      const { resourceMetrics } = await reader.collect();
      return resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
        metrics.map(({ descriptor, dataPoints }) => ({
          name: descriptor.name,
          unit: descriptor.unit,
          points: (dataPoints as DataPoint<number | Histogram>[]).map(({ attributes, value }) => ({
            attributes,
            value,
          })),
        })),
      );
    },
    clear() {
      spans.length = 0;
      logs.length = 0;
    },
  };
}
