import type { Telemetry } from "../graph/telemetry.ts";

/** What the Collector says of its process. */
export function addProcessMetrics(telemetry: Telemetry): void {
  const startedAt = performance.now();
  telemetry.gauge("otelcol_process_uptime", () => (performance.now() - startedAt) / 1000);
  telemetry.gauge("otelcol_process_memory_rss", () => process.memoryUsage.rss());
  telemetry.gauge("otelcol_process_runtime_heap_alloc_bytes", () => process.memoryUsage().heapUsed);
  telemetry.gauge("otelcol_process_runtime_total_sys_memory_bytes", () => process.memoryUsage().heapTotal);
  telemetry.gauge("otelcol_process_cpu_seconds", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
}
