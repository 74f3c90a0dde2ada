export type { RunContext } from "@genscope/instrumentation";
export type { Content, ContentModeName, ContentOptions, Mask, OnContent } from "@genscope/instrumentation";
export { withContext } from "./context/with-context.ts";
export type { WithContextOptions } from "./context/with-context.ts";
export { currentSpan, recordEvaluation, recordFeedback } from "./record-evaluation.ts";
export type { Evaluation, SpanReference } from "./record-evaluation.ts";
export type { HeadPolicy, HeadSubPolicy } from "./sampling/head-policy.ts";
export { HeadSampler } from "./sampling/head-sampler.ts";
export type { HeadSamplingOptions } from "./sampling/head-sampler.ts";
export { checkApi } from "./setup/api-check.ts";
export type { ApiCopy } from "./setup/api-check.ts";
export type {
  LogRecord,
  LogRecordProcessor,
  MetricReader,
  ReadableSpan,
  SamplingResult,
  Span,
  SpanProcessor,
} from "./setup/extensions.ts";
export type { InitContentOptions } from "./setup/content-options.ts";
export { init } from "./setup/init.ts";
export type { Genscope, InitOptions, Instrumentation } from "./setup/init.ts";
export { instrumentModule } from "./setup/instrument-module.ts";
export { agent, embedding, guardrail, rerank, retrieval, task, tool, workflow } from "./step/steps.ts";
export type { Step, StepDecorator } from "./step/steps.ts";
export type { StepOptions } from "./step/step-kinds.ts";
