import type { z } from "zod";
import type { ComponentType } from "../components.ts";
import { checkListenEndpoint } from "../config/endpoint.ts";
import { boolean, duration, integer, mapOf, optionalSection, section, text } from "../config/fields.ts";
import { serverTlsField } from "../config/tls-fields.ts";
import { serveHttp } from "../net/serve-http.ts";
import { formatDuration } from "../ottl/values/go-duration.ts";
import { checkServerTls } from "../tls/check-tls.ts";
import type { ExtensionFactory } from "./extension.ts";

const config = section({
  endpoint: text("localhost:13133"),
  path: text("/"),
  tls: serverTlsField,
  response_body: optionalSection({ healthy: text(""), unhealthy: text("") }),
  response_headers: mapOf(text("")),
  check_collector_pipeline: section({
    enabled: boolean(false),
    interval: duration(300_000),
    exporter_failure_threshold: integer(5),
  }),
});
type HealthCheckConfig = z.output<typeof config>;

export const healthCheckComponent: ComponentType = {
  kind: "extensions",
  type: "health_check",
  signals: [],
  config,
  differs: {
    check_collector_pipeline:
      "not looked at, as in the Collector since 0.107; a stage that has stopped makes it unhealthy",
  },
  check(checked) {
    const { endpoint, path, tls } = checked as HealthCheckConfig;
    return [
      ...(endpoint === "" ? ["endpoint must be specified"] : checkListenEndpoint("endpoint", endpoint)),
      ...(path.startsWith("/") ? [] : ["path must start with /"]),
      ...checkServerTls(tls),
    ];
  },
};

/** Answers 200 while the pipelines run, and 503 with the reason while they do not. */
export const createHealthCheck: ExtensionFactory<HealthCheckConfig> = async (one, { warn, notReady }) => {
  const upSince = new Date();
  const { url, [Symbol.asyncDispose]: close } = await serveHttp(
    { endpoint: one.endpoint, tls: one.tls, responseHeaders: one.response_headers, warn },
    (request, response) => {
      if (request.url?.split("?")[0] !== one.path) {
        response.writeHead(404, { "content-type": "text/plain" }).end(`health is at ${one.path}\n`);
        return;
      }
      const reason = notReady();
      const status = reason === undefined ? 200 : 503;
      if (one.response_body !== undefined) {
        const { healthy, unhealthy } = one.response_body;
        response.writeHead(status, { "content-type": "text/plain" }).end(status === 200 ? healthy : unhealthy);
        return;
      }
      const body =
        reason === undefined
          ? { status: "Server available", upSince, uptime: uptimeOf(upSince) }
          : { status: "Server not available", upSince: new Date(0), uptime: "", reason };
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    },
  );
  return { url: `${url}${one.path}`, [Symbol.asyncDispose]: close };
};

function uptimeOf(since: Date): string {
  return formatDuration(BigInt(Date.now() - since.getTime()) * 1_000_000n);
}
