export { Catalogue } from "./catalogue.ts";
export {
  type CatalogueEntry,
  connector,
  exporter,
  extension,
  receiver,
  stateful,
  stateless,
} from "./catalogue-entry.ts";
export { type ComponentType, type Kind, kinds, type PipelineSignal, Registry, signals } from "./components.ts";
export { ConfigError, type ConfigProblem, formatProblem, type Position } from "./config/config-error.ts";
export { didYouMean } from "./config/did-you-mean.ts";
export { section } from "./config/fields.ts";
export { type ConfigValue, toPlain } from "./config/config-value.ts";
export { tryProcessors } from "./config/try-processors.ts";
export type { MaskingRule } from "./graph/apply-masking-rule.ts";
export { createTelemetry, type Telemetry } from "./graph/telemetry.ts";
export { createItemCount } from "./graph/index-request.ts";
export { type LoadedConfig, loadConfig, type LoadOptions } from "./config/load-config.ts";
export { type Config, type ConfiguredComponent, parseConfig, type Pipeline } from "./config/parse-config.ts";
export { createIngest, type Ingest, type IngestOptions, type IngestStats, type IngestTarget } from "./graph/ingest.ts";
export type { PipelinesState } from "./telemetry/pipelines-state.ts";
export type { Exporter, ExporterFactory } from "./graph/stage.ts";
export { type Collector, type CollectorEndpoint, type CollectorOptions, startCollector } from "./start-collector.ts";
export { meteringPrices } from "./prices/metering-prices.ts";
export { pricingOf } from "./prices/pricing-of.ts";
export { genAiMaskingComponent, type GenAiMaskingConfig } from "./processors/genai-masking/index.ts";
export { maskedCounts } from "./processors/genai-masking/masked-counts.ts";
export { createMaskingChain } from "./processors/genai-masking/masking-chain.ts";
export { type LocatedItem, MaskingDryRun, type MaskingReport } from "./processors/genai-masking/masking-report.ts";
export { tailSamplingComponent, type TailSamplingConfig } from "./processors/tail-sampling/config.ts";
export {
  type PolicyReport,
  SamplingDryRun,
  type SamplingReport,
  type TriedTrace,
} from "./processors/tail-sampling/sampling-dry-run.ts";
