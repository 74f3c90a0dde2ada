export { type ComponentType, type Kind, type PipelineSignal, Registry } from "./components.ts";
export { ConfigError, type ConfigProblem, formatProblem, type Position } from "./config/config-error.ts";
export { type LoadedConfig, loadConfig, type LoadOptions } from "./config/load-config.ts";
export { type Config, type ConfiguredComponent, parseConfig, type Pipeline } from "./config/parse-config.ts";
export { genAiMaskingComponent, type GenAiMaskingConfig } from "./processors/genai-masking/index.ts";
export { MaskingDryRun, type MaskingReport } from "./processors/genai-masking/masking-report.ts";
