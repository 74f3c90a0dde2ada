import { createServer } from "node:http";
import { listen, urlHost } from "@genscope/otlp/receiver";
import type { MetricsEndpoint } from "../config/telemetry-config.ts";
import type { Telemetry } from "../graph/telemetry.ts";
import { createHostRule } from "../net/host-rule.ts";
import { toPrometheusText } from "./prometheus-text.ts";

export interface MetricsServer extends AsyncDisposable {
  readonly url: string;
}

const pagePrefix = "/debug/";

/** Serves the collector's own metrics at `/metrics`, and what else there is to look at as JSON below `/debug/`. Rejects with a `ListenError`. */
export async function serveMetrics(telemetry: Telemetry, endpoint: MetricsEndpoint): Promise<MetricsServer> {
  const { host, hasTypeSuffix } = endpoint;
  const isForUs = createHostRule(host);
  const server = createServer((request, response) => {
    request.resume();
    if (!isForUs(request, response)) return;
    const path = request.url?.split("?")[0] ?? "";
    const page = path.startsWith(pagePrefix) ? telemetry.page(path.slice(pagePrefix.length)) : undefined;
    if (page !== undefined) {
      response.writeHead(200, { "content-type": "application/json", "x-content-type-options": "nosniff" });
      response.end(JSON.stringify(page));
      return;
    }
    if (path !== "/metrics") {
      response.writeHead(404, { "content-type": "text/plain" }).end("the collector's metrics are at /metrics\n");
      return;
    }
    const text = toPrometheusText(telemetry.read(), hasTypeSuffix);
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(text);
  });
  const port = await listen(server, host, endpoint.port);
  return {
    url: `http://${urlHost(host)}:${port}/metrics`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}
