import { OTLPExporterBase } from "@opentelemetry/otlp-exporter-base";
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from "@opentelemetry/otlp-exporter-base/node-http";
import { ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import type { BatchExporter, SpanBatch } from "./span-batches.ts";

/** Where to send; the `OTEL_EXPORTER_OTLP_*` variables say the rest. */
export interface SpanExporterOptions {
  readonly url?: string;
  readonly headers?: Record<string, string>;
  readonly timeoutMillis?: number;
}

/** OpenTelemetry's OTLP/HTTP transport (retries, compression, TLS, time-outs) for requests that are encoded already. */
export function createSpanExporter(options: SpanExporterOptions): BatchExporter {
  const contentType = { "Content-Type": "application/x-protobuf" };
  return new OTLPExporterBase<SpanBatch>(
    createOtlpHttpExportDelegate(
      convertLegacyHttpOptions(options, "TRACES", "v1/traces", contentType),
      {
        serializeRequest: ({ bytes }) => bytes,
        deserializeResponse: (bytes) => ProtobufTraceSerializer.deserializeResponse(bytes),
      },
      "otlp_http_span_exporter",
      { name: "span", countItems: ({ spans }) => spans },
      undefined,
    ),
  );
}
