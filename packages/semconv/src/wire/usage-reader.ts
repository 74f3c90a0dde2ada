import { spanFields } from "../span-fields.ts";
import type { SpanFieldName } from "../span-fields.ts";
import { addBeside } from "../usage/add-beside.ts";
import { type BesideRule, cachedBesideInput, reasoningBesideOutput } from "../usage/beside-rules.ts";
import type { AttributeColumns } from "./attribute-columns.ts";
import { countAt } from "./number-at.ts";
import { fieldIndex, type SpanReader, typeNames } from "./span-reader.ts";

const inputField = fieldIndex("inputTokens");
const outputField = fieldIndex("outputTokens");
const cacheReadField = fieldIndex("cacheReadTokens");
const cacheWriteField = fieldIndex("cacheWriteTokens");
const reasoningField = fieldIndex("reasoningTokens");
const providerField = fieldIndex("provider");
const modelType = typeNames.indexOf("model");
const embeddingType = typeNames.indexOf("embedding");

const encoder = new TextEncoder();

interface EncodedRule {
  readonly key: Uint8Array;
  readonly providers: readonly Uint8Array[];
}

function encoded(rules: readonly BesideRule[]): readonly EncodedRule[] {
  return rules.map(({ key, providers }) => ({
    key: encoder.encode(key),
    providers: providers.map((provider) => encoder.encode(provider)),
  }));
}

const cachedRules = encoded(cachedBesideInput);
const reasoningRules = encoded(reasoningBesideOutput);

function startsWith(bytes: Uint8Array, offset: number, length: number, prefix: Uint8Array): boolean {
  if (length < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[offset + i] !== prefix[i]) return false;
  return true;
}

/** The keys of a field, as `SpanReader` looks for them. */
export function keysOfField(name: SpanFieldName): readonly string[] {
  return spanFields[fieldIndex(name)]!.keys;
}

/**
 * How many tokens a call took, by one count whatever dialect and provider: cached ones are part of the input, reasoning of the output. NaN where the span does
 * not say. Used again for the next span.
 */
export class UsageReader {
  input: number = Number.NaN;
  output: number = Number.NaN;
  cacheRead: number = Number.NaN;
  cacheWrite: number = Number.NaN;
  reasoning: number = Number.NaN;

  /** Whether the span says so and its tokens count: only calls of models do, of which agents and workflows repeat the sums. */
  read(bytes: Uint8Array, attributes: AttributeColumns, span: SpanReader): boolean {
    if (span.type !== modelType && span.type !== embeddingType) return false;
    const { fieldRow } = span;
    if (fieldRow[inputField] === -1 && fieldRow[outputField] === -1) return false;
    const count = (field: number): number => {
      const row = fieldRow[field]!;
      const value = row === -1 ? Number.NaN : countAt(bytes, attributes, row);
      return value >= 0 ? value : Number.NaN;
    };
    this.cacheRead = count(cacheReadField);
    this.cacheWrite = count(cacheWriteField);
    this.reasoning = count(reasoningField);
    const input = count(inputField);
    const output = count(outputField);
    const cached = sum(this.cacheRead, this.cacheWrite);
    const providerRow = fieldRow[providerField]!;
    const isBeside = (field: number, rules: readonly EncodedRule[]): boolean => {
      const row = fieldRow[field]!;
      return row !== -1 && providerRow !== -1 && applies(bytes, attributes, row, providerRow, rules);
    };
    this.input = addBeside(input, cached, cached > 0 && isBeside(cacheReadField, cachedRules));
    this.output = addBeside(output, this.reasoning, this.reasoning > 0 && isBeside(reasoningField, reasoningRules));
    return !Number.isNaN(this.input) || !Number.isNaN(this.output);
  }
}

function sum(one: number, other: number): number {
  if (Number.isNaN(one)) return other;
  return Number.isNaN(other) ? one : one + other;
}

function applies(
  bytes: Uint8Array,
  { keyOffset, keyLength, valueOffset, valueLength }: AttributeColumns,
  row: number,
  providerRow: number,
  rules: readonly EncodedRule[],
): boolean {
  for (const { key, providers } of rules) {
    if (keyLength[row] !== key.length || !startsWith(bytes, keyOffset[row]!, key.length, key)) continue;
    for (const provider of providers) {
      if (startsWith(bytes, valueOffset[providerRow]!, valueLength[providerRow]!, provider)) return true;
    }
  }
  return false;
}
