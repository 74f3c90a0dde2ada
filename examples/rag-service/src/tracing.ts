import { context, propagation, type Tracer } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, type SpanExporter, TracerProvider } from "@opentelemetry/sdk-trace";

export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what is held, then lets go. Rejects if it could not be sent. */
  stop(): Promise<void>;
}

/** All that an application needs to be traced: who it is, and an exporter. */
export function startTracing(serviceName: string, exporter: SpanExporter): Tracing {
  // both are for the whole process; a second call finds them in place
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());

  const provider = new TracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({
        "service.name": serviceName,
        "service.version": "0.1.0",
        "deployment.environment.name": "demo",
      }),
    ),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: 500 })],
  });
  return {
    tracer: provider.getTracer("rag-service", "0.1.0"),
    async stop() {
      try {
        await provider.forceFlush();
      } catch (error) {
        // the SDK rejects with a list: one reason per processor
        const [reason] = Array.isArray(error) ? error : [error];
        throw new Error(`the spans could not be sent: ${String(reason)}`, { cause: error });
      } finally {
        await provider.shutdown();
      }
    },
  };
}

/** Sends to an OTLP/HTTP endpoint; without one, to where OTEL_EXPORTER_OTLP_ENDPOINT says. */
export function otlpExporter(endpoint?: string): SpanExporter {
  return new OTLPTraceExporter(endpoint === undefined ? {} : { url: new URL("/v1/traces", endpoint).href });
}
