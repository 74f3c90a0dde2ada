import {
  type CatalogueEntry,
  batching,
  connector,
  exporter,
  extension,
  masking,
  receiver,
  sampler,
  stateful,
  stateless,
} from "./catalogue-entry.ts";
import { type ComponentType, Registry } from "./components.ts";
import { countComponent, countConnector } from "./connectors/count.ts";
import { createForward, forwardComponent } from "./connectors/forward.ts";
import { createServiceGraph, serviceGraphComponent } from "./connectors/service-graph/index.ts";
import { signalToMetricsComponent, signalToMetricsConnector } from "./connectors/signal-to-metrics.ts";
import { createSpanMetrics, spanMetricsComponent } from "./connectors/span-metrics/index.ts";
import { createRouting, routingComponent } from "./connectors/routing/index.ts";
import { sumComponent, sumConnector } from "./connectors/sum.ts";
import { createDebug, debugComponent } from "./exporters/debug.ts";
import { createFile, fileComponent } from "./exporters/file.ts";
import { createKafka, kafkaComponent } from "./exporters/kafka/index.ts";
import { createNopExporter, nopExporterComponent } from "./exporters/nop.ts";
import { createOtlpGrpc, otlpGrpcComponent } from "./exporters/otlp-grpc.ts";
import { createOtlpHttp, otlpHttpComponent } from "./exporters/otlp-http.ts";
import { createPrometheus, prometheusComponent } from "./exporters/prometheus/index.ts";
import {
  createPrometheusRemoteWrite,
  prometheusRemoteWriteComponent,
} from "./exporters/prometheus-remote-write/index.ts";
import { basicAuthComponent, createBasicAuth } from "./extensions/basic-auth.ts";
import { bearerTokenAuthComponent, createBearerTokenAuth } from "./extensions/bearer-token-auth.ts";
import { createZpages, zpagesComponent } from "./extensions/zpages.ts";
import { createHealthCheck, healthCheckComponent } from "./extensions/health-check.ts";
import { batchComponent, batchingOf } from "./processors/batch.ts";
import { createDeltaToCumulative, deltaToCumulativeComponent } from "./processors/delta-to-cumulative/index.ts";
import { createGenAiMasking, genAiMaskingComponent } from "./processors/genai-masking/index.ts";
import { createGroupByTrace, groupByTraceComponent } from "./processors/group-by-trace/index.ts";
import { createMemoryLimiter, memoryLimiterComponent } from "./processors/memory-limiter.ts";
import { createRedaction, redactionComponent } from "./processors/redaction/index.ts";
import { attributesComponent, createAttributes } from "./processors/attributes/index.ts";
import { createResource, resourceComponent } from "./processors/attributes/resource.ts";
import { createFilter, filterComponent } from "./processors/filter/index.ts";
import { createProbabilisticSampler, probabilisticSamplerComponent } from "./processors/probabilistic-sampler/index.ts";
import { createTransform, transformComponent } from "./processors/transform/index.ts";
import { createTailSampling, tailSamplingComponent, tailSamplingHears } from "./processors/tail-sampling/index.ts";
import { createNopReceiver, nopReceiverComponent } from "./receivers/nop.ts";
import { createOtlpReceiver, otlpReceiverComponent } from "./receivers/otlp.ts";

/** Every component there is: what its configuration may say, and what makes one of it. */
export const catalogueEntries: readonly CatalogueEntry[] = [
  receiver(otlpReceiverComponent, createOtlpReceiver),
  receiver(nopReceiverComponent, createNopReceiver),
  stateless(memoryLimiterComponent, createMemoryLimiter),
  masking(genAiMaskingComponent, createGenAiMasking, "first"),
  masking(redactionComponent, createRedaction, "in-place"),
  stateless(transformComponent, createTransform),
  stateless(filterComponent, createFilter),
  stateless(attributesComponent, createAttributes),
  stateless(resourceComponent, createResource),
  sampler(probabilisticSamplerComponent, createProbabilisticSampler),
  stateful(groupByTraceComponent, createGroupByTrace),
  stateful(tailSamplingComponent, createTailSampling, tailSamplingHears),
  stateful(deltaToCumulativeComponent, createDeltaToCumulative),
  batching(batchComponent, batchingOf),
  connector(forwardComponent, createForward),
  connector(routingComponent, createRouting),
  connector(spanMetricsComponent, createSpanMetrics),
  connector(serviceGraphComponent, createServiceGraph),
  connector(countComponent, countConnector.create),
  connector(sumComponent, sumConnector.create),
  connector(signalToMetricsComponent, signalToMetricsConnector.create),
  exporter(otlpGrpcComponent, createOtlpGrpc),
  exporter(otlpHttpComponent, createOtlpHttp),
  exporter(debugComponent, createDebug),
  exporter(fileComponent, createFile),
  exporter(prometheusComponent, createPrometheus),
  exporter(prometheusRemoteWriteComponent, createPrometheusRemoteWrite),
  exporter(kafkaComponent, createKafka),
  exporter(nopExporterComponent, createNopExporter),
  extension(healthCheckComponent, createHealthCheck),
  extension(zpagesComponent, createZpages),
  extension(basicAuthComponent, createBasicAuth),
  extension(bearerTokenAuthComponent, createBearerTokenAuth),
];

/** The component types that a collector knows, and how to make them. */
export class Catalogue {
  readonly entries: readonly CatalogueEntry[];
  readonly registry: Registry;
  readonly #byComponent: ReadonlyMap<ComponentType, CatalogueEntry>;

  /** `more` are known besides {@link catalogueEntries}. */
  constructor(more: readonly CatalogueEntry[] = []) {
    this.entries = [...catalogueEntries, ...more];
    this.registry = new Registry(this.entries.map(({ component }) => component));
    this.#byComponent = new Map(this.entries.map((entry) => [entry.component, entry]));
  }

  entryOf(component: ComponentType): CatalogueEntry {
    const entry = this.#byComponent.get(component);
    if (entry === undefined) throw new Error(`no factory for ${component.kind} "${component.type}"`);
    return entry;
  }
}
