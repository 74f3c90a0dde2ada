import type { Endpoints } from "./runtime.ts";
import { paint } from "./terminal.ts";
import { version } from "./version.ts";

function dim(text: string): string {
  return paint("dim", text);
}

/** What `up` prints once every port is open: where to look, where to send, and the lines to copy. */
export function banner(endpoints: Endpoints, dataDir: string, startMs: number): string {
  const viaNpm = process.env["npm_lifecycle_event"] !== undefined;
  return [
    "",
    `  ${paint("bold", "Genscope")} ${dim(version)}  ${dim(`ready in ${Math.round(startMs)} ms`)}`,
    "",
    `  Look    ${paint("cyan", endpoints.ui)}`,
    `  Send    ${endpoints.http ?? "-"}  ${dim("OTLP/HTTP")}`,
    `          ${endpoints.grpc ?? "-"}  ${dim("OTLP/gRPC")}`,
    `  Data    ${dataDir}`,
    "",
    `  ${dim("Any OpenTelemetry SDK, any language:")}`,
    "",
    `    export OTEL_EXPORTER_OTLP_ENDPOINT=${endpoints.http ?? ""}`,
    "    export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
    "",
    `  ${dim(`No app at hand? In another terminal: ${viaNpm ? "npm run demo" : "genscope demo"}. Ctrl-C stops, and loses nothing.`)}`,
    "",
    "",
  ].join("\n");
}
