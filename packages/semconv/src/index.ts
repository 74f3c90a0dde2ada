export { spanFields, spanTypes } from "./span-fields.ts";
export type { SpanField, SpanFieldName, SpanType } from "./span-fields.ts";
