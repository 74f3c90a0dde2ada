export { adjustedCountAt } from "./adjusted-count-at.ts";
export type { AttributeColumns } from "./attribute-columns.ts";
export { type ByteTable, createByteTable } from "./byte-table.ts";
export { CallPricer, type UnpricedCounter } from "./call-pricer.ts";
export { KeyBuffer } from "./key-buffer.ts";
export { KeyIndex } from "./key-index.ts";
export { countAt, numberAt } from "./number-at.ts";
export { fieldIndex, SpanReader, typeNames } from "./span-reader.ts";
export { keysOfField, UsageReader } from "./usage-reader.ts";
export {
  callClassOf,
  type LineageReader,
  type LineageWriter,
  passingTypes,
  rememberedCalls,
  usageKinds,
  UsageLineage,
} from "./usage-lineage.ts";
