export { adjustedCountAt } from "./adjusted-count-at.ts";
export type { AttributeColumns } from "./attribute-columns.ts";
export { type ByteTable, createByteTable } from "./byte-table.ts";
export { countAt, numberAt } from "./number-at.ts";
export { fieldIndex, SpanReader, typeNames } from "./span-reader.ts";
export { keysOfField, UsageReader } from "./usage-reader.ts";
