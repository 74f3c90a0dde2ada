import type { z } from "zod";
import { anything, boolean, integer, list, optionalSection, section, text, word } from "./fields.ts";

const prometheus = optionalSection({
  host: text("localhost"),
  port: integer(8888),
  without_type_suffix: boolean(false),
  without_units: boolean(false),
  without_scope_info: boolean(false),
  with_resource_constant_labels: anything(),
  translation_strategy: text(),
});

/** `service::telemetry`. */
export const telemetryField = section({
  logs: section({
    level: word(["info", "debug", "warn", "error", "INFO", "DEBUG", "WARN", "ERROR"], "info"),
    encoding: word(["console", "json"], "console"),
    development: boolean(false),
    disable_caller: boolean(false),
    disable_stacktrace: boolean(false),
    disable_zap_resource: boolean(false),
    sampling: anything(),
    output_paths: list(text("")),
    error_output_paths: list(text("")),
    initial_fields: anything(),
    processors: anything(),
  }),
  metrics: section({
    level: word(["normal", "none", "basic", "detailed"], "normal"),
    address: text(),
    readers: list(section({ pull: optionalSection({ exporter: section({ prometheus }) }), periodic: anything() })),
    views: anything(),
  }),
  traces: anything(),
  resource: anything(),
});

export type TelemetryConfig = z.output<typeof telemetryField>;

export interface MetricsEndpoint {
  readonly host: string;
  readonly port: number;
  /** Whether names of counters end in `_total`: not so in the Collector's own default. */
  readonly hasTypeSuffix: boolean;
  /** Whether the configuration says so, or nothing does. */
  readonly isConfigured: boolean;
}

/** Where the collector's own metrics are to be read; nowhere if it says so. */
export function metricsEndpoints({ metrics }: TelemetryConfig): readonly MetricsEndpoint[] {
  if (metrics.level === "none") return [];
  const pulled = metrics.readers.flatMap(({ pull }) => pull?.exporter.prometheus ?? []);
  if (pulled.length > 0) {
    return pulled.map(({ host, port, without_type_suffix }) => ({
      host,
      port,
      hasTypeSuffix: !without_type_suffix,
      isConfigured: true,
    }));
  }
  if (metrics.readers.length > 0) return [];
  return [{ host: "localhost", port: 8888, hasTypeSuffix: false, isConfigured: false }];
}
