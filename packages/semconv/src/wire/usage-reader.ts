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
    this.cacheRead = countOf(bytes, attributes, fieldRow[cacheReadField]!);
    this.cacheWrite = countOf(bytes, attributes, fieldRow[cacheWriteField]!);
    this.reasoning = countOf(bytes, attributes, fieldRow[reasoningField]!);
    const input = countOf(bytes, attributes, fieldRow[inputField]!);
    const output = countOf(bytes, attributes, fieldRow[outputField]!);
    const cached = sum(this.cacheRead, this.cacheWrite);
    const provider = fieldRow[providerField]!;
    const isCachedBeside = cached > 0 && applies(bytes, attributes, fieldRow[cacheReadField]!, provider, cachedRules);
    this.input = addBeside(input, cached, isCachedBeside);
    const isReasoningBeside =
      this.reasoning > 0 && applies(bytes, attributes, fieldRow[reasoningField]!, provider, reasoningRules);
    this.output = addBeside(output, this.reasoning, isReasoningBeside);
    return !Number.isNaN(this.input) || !Number.isNaN(this.output);
  }
}

function countOf(bytes: Uint8Array, attributes: AttributeColumns, row: number): number {
  if (row === -1) return Number.NaN;
  const value = countAt(bytes, attributes, row);
  return value >= 0 ? value : Number.NaN;
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
  if (row === -1 || providerRow === -1) return false;
  for (const { key, providers } of rules) {
    if (keyLength[row] !== key.length || !startsWith(bytes, keyOffset[row]!, key.length, key)) continue;
    for (const provider of providers) {
      if (startsWith(bytes, valueOffset[providerRow]!, valueLength[providerRow]!, provider)) return true;
    }
  }
  return false;
}
