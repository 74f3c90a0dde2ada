export { indexedDocuments, spanFields, spanTypes } from "./span-fields.ts";
export type { SpanField, SpanFieldName, SpanType } from "./span-fields.ts";
export { classifySpan, spanTypePrefixes, spanTypeRules } from "./span-type.ts";
export type { SpanTypeRule } from "./span-type.ts";
export { dialects } from "./content/content-model.ts";
export type {
  AnyValue,
  Attribute,
  ContentDocument,
  ContentMessage,
  ContentPart,
  ContentSpan,
  Dialect,
  IgnoredKey,
  MappedKey,
  Reading,
  SpanContent,
  ToolContent,
} from "./content/content-model.ts";
export { readSpanContent } from "./content/read-span-content.ts";
export { contentRules } from "./content/content-rules.ts";
export type { ContentRule, Slot } from "./content/content-rules.ts";
export { addBeside } from "./usage/add-beside.ts";
export { type BesideRule, cachedBesideInput, isBeside, reasoningBesideOutput } from "./usage/beside-rules.ts";
