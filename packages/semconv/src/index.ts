export { spanFields, spanTypes } from "./span-fields.ts";
export type { SpanField, SpanFieldName, SpanType } from "./span-fields.ts";
export { classifySpan, spanTypePrefixes, spanTypeRules } from "./span-type.ts";
export type { SpanTypeRule } from "./span-type.ts";
export { contentRules } from "./content/content-rules.ts";
export type { ContentRule, Shape } from "./content/content-rules.ts";
export type {
  ChatMessage,
  ChatPart,
  Facet,
  ReadDocument,
  Reading,
  SpanContent,
  ToolContent,
} from "./content/content.ts";
export type { AnyValue, KeyValue } from "./content/json.ts";
export { readContent } from "./content/read-content.ts";
export type { ContentSource } from "./content/read-content.ts";
export { readParameters } from "./content/read-parameters.ts";
export type { Parameter } from "./content/read-parameters.ts";
