export { attributeTypes, hasAttributeType } from "./attributes.ts";
export type {
  AttributeName,
  AttributeType,
  AttributeValueOf,
  GenAiAttributes,
  PromptVariableName,
} from "./attributes.ts";
export { checkEvent, checkMetric, checkSpan } from "./check.ts";
export type { CheckedAttributes, CheckedMetric, CheckedSpan, CheckOptions, Finding, SpanCheck } from "./check.ts";
export { contentAttributes, eventConventions } from "./events.ts";
export type { EventConvention, EventName } from "./events.ts";
export { agentDurationBoundaries, durationBoundaries, metricConventions, tokenBoundaries } from "./metrics.ts";
export type { MetricConvention, MetricName } from "./metrics.ts";
export { genAiSpanName, spanConventions } from "./spans.ts";
export type { RequirementLevel, Requirements, SpanConvention, SpanConventionName } from "./spans.ts";
export {
  messageFinishReasons,
  openAiApiTypes,
  operationNames,
  outputTypes,
  providerNames,
  responseStatuses,
  tokenModalities,
  wellKnownValues,
} from "./values.ts";
export type { OperationName, OutputType, ProviderName, TokenModality } from "./values.ts";
export {
  conventions,
  conventionVersions,
  genAiVersion,
  parseStabilityOptIn,
  tokenTypeAttribute,
  inVersion,
  toVersion,
  versionedName,
  workflowNameAttribute,
} from "./versions.ts";
export type { Convention, ConventionVersion, Renames } from "./versions.ts";
