export { spanFields, spanTypes } from "./span-fields.ts";
export type { SpanField, SpanFieldName, SpanType } from "./span-fields.ts";
export { classifySpan, spanTypePrefixes, spanTypeRules } from "./span-type.ts";
export type { SpanTypeRule } from "./span-type.ts";
