import { readFixed64, readString, readValue, type AnyValue } from "@genscope/otlp";
import {
  CallPricer,
  countAt,
  fieldIndex,
  numberAt,
  type SpanReader,
  typeNames,
  UsageReader,
} from "@genscope/semconv/wire";
import { type Evaluation, evaluationAt, evaluationEvent } from "../evaluations/evaluation.ts";
import { isSameModel } from "../same-model.ts";
import type { SpanAt } from "../span-at.ts";
import type {
  GenAiCostConfig,
  GenAiEvaluationConfig,
  GenAiFinishReasonConfig,
  GenAiTimeToFirstTokenConfig,
  GenAiTokensConfig,
  GenAiToolFailureConfig,
} from "./policy-config.ts";
import { textAt } from "./text-at.ts";
import { anySpan, notSampled, type PolicyBody, type PolicyContext, sampled, stateless } from "./policy.ts";

const field = {
  requestModel: fieldIndex("requestModel"),
  responseModel: fieldIndex("responseModel"),
  inputTokens: fieldIndex("inputTokens"),
  outputTokens: fieldIndex("outputTokens"),
  finishReasons: fieldIndex("finishReasons"),
  timeToFirstChunk: fieldIndex("timeToFirstChunkSeconds"),
  toolName: fieldIndex("toolName"),
  errorType: fieldIndex("errorType"),
} as const;
/** Spans whose usage is their own: what stands above them repeats it. */
const usageTypes = new Set(["model", "embedding", "rerank"].map((name) => typeNames.findIndex((one) => one === name)));
const toolType = typeNames.indexOf("tool");
const errorStatus = 2;

function countOf({ view }: SpanAt, genAi: SpanReader, index: number): number | undefined {
  const row = genAi.fieldRow[index]!;
  const count = row === -1 ? Number.NaN : countAt(view.bytes, view.attributes, row);
  return Number.isNaN(count) ? undefined : count;
}

function within(value: number, min: number | undefined, max: number | undefined): boolean {
  return value >= (min ?? -Infinity) && value <= (max ?? Infinity);
}

function needBound(min: number | undefined, max: number | undefined, names: string): void {
  if (min === undefined && max === undefined) throw new Error(`at least one of ${names} must be set`);
}

/** Tokens of a trace's model calls, each call's counted once. */
export function genAiTokens(config: GenAiTokensConfig, context: PolicyContext): PolicyBody {
  const { kind, min_tokens: min, max_tokens: max } = config;
  needBound(min, max, "min_tokens and max_tokens");
  const { facts, watch } = context;
  const tokens = facts.number(0);
  watch((span, slot) => {
    const genAi = span.genAi();
    if (!usageTypes.has(genAi.type)) return;
    const input = kind === "output" ? 0 : (countOf(span, genAi, field.inputTokens) ?? 0);
    const output = kind === "input" ? 0 : (countOf(span, genAi, field.outputTokens) ?? 0);
    if (input + output > 0) facts.setNumber(slot, tokens, facts.numberOf(slot, tokens) + input + output);
  });
  return stateless(({ slot }) => (within(facts.numberOf(slot, tokens), min, max) ? sampled : notSampled));
}

/** What a trace's model calls cost, as they are metered; calls whose price is not known count nothing. */
export function genAiCost({ min_usd: min, max_usd: max }: GenAiCostConfig, context: PolicyContext): PolicyBody {
  needBound(min, max, "min_usd and max_usd");
  const { facts, watch } = context;
  const cost = facts.number(0);
  const hasPrice = facts.flag();
  const pricer = new CallPricer(context.pricing());
  const usage = new UsageReader();
  watch((span, slot) => {
    const { view, row } = span;
    const { bytes, attributes, spans } = view;
    const genAi = span.genAi();
    if (!usage.read(bytes, attributes, genAi)) return;
    const startAt = spans.startTimeOffset[row]!;
    const startMs = startAt === -1 ? 0 : Number(readFixed64(view, startAt) / 1_000_000n);
    const price = pricer.costOf(bytes, attributes, genAi, usage, startMs);
    if (Number.isNaN(price)) return;
    facts.set(slot, hasPrice);
    facts.setNumber(slot, cost, facts.numberOf(slot, cost) + price);
  });
  return stateless(({ slot }) =>
    facts.has(slot, hasPrice) && within(facts.numberOf(slot, cost), min, max) ? sampled : notSampled,
  );
}

/** Whether a model stopped for one of the reasons: `length`, `content_filter`. */
export function genAiFinishReason({ reasons }: GenAiFinishReasonConfig, context: PolicyContext): PolicyBody {
  if (reasons.length === 0) throw new Error("expected at least one reason");
  const wanted = new Set(reasons.map((reason) => reason.toLowerCase()));
  return anySpan(context, (span) => {
    const row = span.genAi().fieldRow[field.finishReasons]!;
    if (row === -1) return false;
    const { attributes } = span.view;
    const value = readValue(
      span.view,
      attributes.type[row]!,
      attributes.valueOffset[row]!,
      attributes.valueLength[row]!,
    );
    return reasonsOf(value).some((reason) => wanted.has(reason.toLowerCase()));
  });
}

/** Some send a list, some its JSON, some one reason. */
function reasonsOf({ stringValue, arrayValue }: AnyValue): readonly string[] {
  if (arrayValue !== undefined) return arrayValue.values.map((value) => value.stringValue ?? "");
  if (stringValue === undefined) return [];
  if (!stringValue.startsWith("[")) return [stringValue];
  try {
    return (JSON.parse(stringValue) as unknown[]).map(String);
  } catch {
    return [stringValue];
  }
}

export function genAiTimeToFirstToken({ threshold }: GenAiTimeToFirstTokenConfig, context: PolicyContext): PolicyBody {
  if (threshold <= 0) throw new Error("threshold must be greater than 0");
  return anySpan(context, (span) => {
    const row = span.genAi().fieldRow[field.timeToFirstChunk]!;
    return row !== -1 && numberAt(span.view.bytes, span.view.attributes, row) * 1000 > threshold;
  });
}

/** Whether another model answered than was asked. */
export function genAiModelMismatch(context: PolicyContext): PolicyBody {
  return anySpan(context, (span) => {
    const { fieldRow } = span.genAi();
    const requested = textAt(span.view, fieldRow[field.requestModel]!);
    const answered = textAt(span.view, fieldRow[field.responseModel]!);
    return requested !== "" && answered !== "" && !isSameModel(requested, answered);
  });
}

export function genAiToolFailure({ tools }: GenAiToolFailureConfig, context: PolicyContext): PolicyBody {
  const wanted = new Set(tools);
  return anySpan(context, (span) => {
    const genAi = span.genAi();
    if (genAi.type !== toolType) return false;
    const hasFailed = span.view.spans.statusCode[span.row] === errorStatus || genAi.fieldRow[field.errorType] !== -1;
    return hasFailed && (wanted.size === 0 || wanted.has(textAt(span.view, genAi.fieldRow[field.toolName]!)));
  });
}

/** Evaluations and feedback: on spans, as events `gen_ai.evaluation.result` or as attributes of their own, or in logs that came beside them. */
export function genAiEvaluation(config: GenAiEvaluationConfig, context: PolicyContext): PolicyBody {
  const { names, min_score: min, max_score: max, labels } = config;
  if (min === undefined && max === undefined && labels.length === 0) {
    throw new Error("at least one of min_score, max_score and labels must be set");
  }
  const [wantedNames, wantedLabels] = [new Set(names), new Set(labels)];
  const matches = ({ name, score, label }: Evaluation): boolean => {
    if (wantedNames.size > 0 && !wantedNames.has(name)) return false;
    if (wantedLabels.has(label)) return true;
    return (min !== undefined || max !== undefined) && within(score, min, max);
  };
  const { evaluations } = context;
  const number = evaluations.register(matches);
  const onSpan = anySpan(context, ({ view, row }) => {
    const { spans, events } = view;
    for (let event = spans.firstEvent[row]!; event !== -1; event = events.next[event]!) {
      const name = readString(view, events.nameOffset[event]!, events.nameLength[event]!);
      if (name === evaluationEvent && matches(evaluationAt(view, events.firstAttribute[event]!))) return true;
    }
    return matches(evaluationAt(view, spans.firstAttribute[row]!));
  });
  return stateless((trace) => (evaluations.has(trace.id, number) ? sampled : onSpan.evaluate(trace)));
}
