import type { Endpoints } from "./runtime.ts";
import { paint } from "./terminal.ts";
import { version } from "./version.ts";

/** What `up` prints once every port is open: where to look, where to send, and the lines to copy. */
export function banner(endpoints: Endpoints, dataDir: string, startMs: number): string {
  const viaNpm = process.env["npm_lifecycle_event"] !== undefined;
  const dim = (text: string): string => paint("dim", text);
  return [
    "",
    `  ${paint("bold", "Genscope")} ${dim(version)}  ${dim(`ready in ${(startMs / 1000).toFixed(1)} s`)}`,
    "",
    `  Look    ${paint("cyan", endpoints.ui)}`,
    `  Send    ${endpoints.http}  ${dim("OTLP/HTTP")}`,
    `          ${endpoints.grpc}  ${dim("OTLP/gRPC")}`,
    `  Data    ${dataDir}`,
    "",
    `  ${dim("Any OpenTelemetry SDK, any language:")}`,
    "",
    `    export OTEL_EXPORTER_OTLP_ENDPOINT=${endpoints.http}`,
    "    export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
    "",
    `  ${dim(`No app at hand? In another terminal: ${viaNpm ? "npm run demo" : "genscope demo"}. Ctrl-C stops, and loses nothing.`)}`,
    "",
    "",
  ].join("\n");
}
