import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { Signal } from "@genscope/otlp";
import type { z } from "zod";
import type { ComponentType } from "../../components.ts";
import { checkListenEndpoint } from "../../config/endpoint.ts";
import { boolean, duration, mapOf, section, text } from "../../config/fields.ts";
import { httpServerFields } from "../../config/http-server-fields.ts";
import { checkQueue, queueField } from "../../graph/delivery.ts";
import { createIndexer, internalLimits } from "../../graph/index-request.ts";
import type { ExporterFactory } from "../../graph/stage.ts";
import { serveHttp } from "../../net/serve-http.ts";
import { contentTypes, toExposition } from "../../prometheus/exposition.ts";
import { SeriesStore } from "../../prometheus/series-store.ts";
import { checkStrategy, resourceLabelsOf, strategyOf, translationFields } from "../../prometheus/translation-fields.ts";
import { MetricTranslator } from "../../prometheus/translate-metrics.ts";
import { unusableText } from "../../prometheus/unusable-text.ts";
import { checkServerTls } from "../../tls/check-tls.ts";

const config = section({
  endpoint: text(""),
  ...httpServerFields,
  sending_queue: queueField,
  const_labels: mapOf(text("")),
  send_timestamps: boolean(false),
  metric_expiration: duration(300_000),
  enable_open_metrics: boolean(false),
  without_scope_info: boolean(false),
  ...translationFields,
});
type PrometheusConfig = z.output<typeof config>;

export const prometheusComponent: ComponentType = {
  kind: "exporters",
  type: "prometheus",
  signals: ["metrics"],
  config,
  differs: {
    "": "Answers `GET /metrics`. Exponential histograms are shown as classic ones with the bounds of the buckets that are not empty.",
    sending_queue: "one at a time and in order, whatever `num_consumers` says",
  },
  check(checked) {
    const one = checked as PrometheusConfig;
    const said = [...checkServerTls(one.tls), ...checkQueue(one.sending_queue), ...checkStrategy(one)];
    if (one.endpoint === "") return ["expecting a non-blank address to run the Prometheus metrics handler", ...said];
    return [...checkListenEndpoint("endpoint", one.endpoint), ...said];
  },
};

const compress = promisify<string, Buffer>(gzip);

/** Keeps the last value of every series for those who come and read. */
export const createPrometheus: ExporterFactory<PrometheusConfig> = async (one, { warn, now, extension }) => {
  const index = createIndexer(internalLimits);
  const store = new SeriesStore(one.metric_expiration, warn);
  const translator = new MetricTranslator({
    strategy: strategyOf(one),
    namespace: one.namespace,
    constantLabels: one.const_labels,
    isResourceLabel: resourceLabelsOf(one),
    hasScopeLabels: !one.without_scope_info && one.scope_info?.enabled !== false,
    hasTargetInfo: true,
    takesDelta: true,
    histograms: "classic",
  });
  const server = await serveHttp(
    {
      endpoint: one.endpoint,
      tls: one.tls,
      authenticate: one.auth === undefined ? undefined : extension(one.auth.authenticator).authenticate,
      responseHeaders: one.response_headers,
      warn,
    },
    async (request, response) => {
      if (request.url?.split("?")[0] !== "/metrics") {
        response.writeHead(404, { "content-type": "text/plain" }).end("metrics are at /metrics\n");
        return;
      }
      const { accept = "", "accept-encoding": coding = "" } = request.headers;
      const isOpenMetrics = one.enable_open_metrics && accept.includes("application/openmetrics-text");
      const exposition = toExposition(store.shown(now()), { isOpenMetrics, hasTimestamps: one.send_timestamps });
      const isGzip = /\bgzip\b/.test(coding);
      response.writeHead(200, {
        "content-type": isOpenMetrics ? contentTypes.openMetrics : contentTypes.text,
        vary: "accept, accept-encoding",
        ...(isGzip ? { "content-encoding": "gzip" } : {}),
      });
      response.end(isGzip ? await compress(exposition) : exposition);
    },
  );
  return {
    url: `${server.url}/metrics`,
    async send(_signal, request) {
      let rejected = 0;
      const indexed = index(Signal.metrics, request);
      if (indexed.signal !== "metrics") return { rejected, message: "" };
      const nowMs = now();
      translator.translate(indexed.view, nowMs, {
        unusable(why, metric) {
          warn(unusableText(why, metric));
          rejected++;
        },
        point(point) {
          if (!store.put(point, nowMs)) rejected++;
        },
      });
      return { rejected, message: "", hasWarned: true };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
};
