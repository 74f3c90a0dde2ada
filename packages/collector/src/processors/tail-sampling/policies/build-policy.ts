import { didYouMean } from "../../../config/did-you-mean.ts";
import { booleanAttribute, numericAttribute, stringAttribute } from "./attribute.ts";
import { and, composite, type CompositePart, drop, not } from "./combined.ts";
import {
  genAiCost,
  genAiEvaluation,
  genAiFinishReason,
  genAiModelMismatch,
  genAiTimeToFirstToken,
  genAiTokens,
  genAiToolFailure,
} from "./genai.ts";
import { bytesLimiting, rateLimiting } from "./limits.ts";
import type { AndPartConfig, CompositePartConfig, PolicyConfig, SimplePolicyConfig } from "./policy-config.ts";
import { type PolicyBody, type PolicyContext, sampled, stateless } from "./policy.ts";
import { probabilistic } from "./probabilistic.ts";
import { latency, ottlCondition, spanCount, statusCode, traceFlags, traceState } from "./span-policies.ts";

type Make = (config: SimplePolicyConfig, context: PolicyContext) => PolicyBody;

/** Policies that have no others in them, by type. */
const simplePolicies: Readonly<Record<string, Make>> = {
  always_sample: () => stateless(() => sampled),
  latency: (config, context) => latency(config.latency, context),
  numeric_attribute: (config, context) => numericAttribute(config.numeric_attribute, context),
  probabilistic: (config) => probabilistic(config.probabilistic),
  status_code: (config, context) => statusCode(config.status_code, context),
  string_attribute: (config, context) => stringAttribute(config.string_attribute, context),
  rate_limiting: (config) => rateLimiting(config.rate_limiting),
  bytes_limiting: (config) => bytesLimiting(config.bytes_limiting),
  span_count: (config) => spanCount(config.span_count),
  trace_state: (config, context) => traceState(config.trace_state, context),
  trace_flags: (_config, context) => traceFlags(context),
  boolean_attribute: (config, context) => booleanAttribute(config.boolean_attribute, context),
  ottl_condition: (config, context) => ottlCondition(config.ottl_condition, context),
  genai_cost: (config, context) => genAiCost(config.genai_cost, context),
  genai_tokens: (config, context) => genAiTokens(config.genai_tokens, context),
  genai_finish_reason: (config, context) => genAiFinishReason(config.genai_finish_reason, context),
  genai_time_to_first_token: (config, context) => genAiTimeToFirstToken(config.genai_time_to_first_token, context),
  genai_model_mismatch: (_config, context) => genAiModelMismatch(context),
  genai_tool_failure: (config, context) => genAiToolFailure(config.genai_tool_failure, context),
  genai_evaluation: (config, context) => genAiEvaluation(config.genai_evaluation, context),
};

/** Throws an Error that says what is wrong. */
export function buildPolicy(config: PolicyConfig, context: PolicyContext): PolicyBody {
  switch (config.type) {
    case "and":
      return and(config.and.and_sub_policy.map((part) => andPart(part, context)));
    case "not":
      return not(simple(config.not.not_sub_policy, context));
    case "drop":
      return drop(config.drop.drop_sub_policy.map((part) => andPart(part, context)));
    case "composite":
      return compositeOf(config.composite, context);
    default:
      return simple(config, context, ["and", "not", "drop", "composite"]);
  }
}

function simple(config: SimplePolicyConfig, context: PolicyContext, others: readonly string[] = []): PolicyBody {
  const { type } = config;
  if (Object.hasOwn(simplePolicies, type)) return simplePolicies[type]!(config, context);
  const hint = didYouMean(type, [...Object.keys(simplePolicies), ...others]);
  throw new Error(`unknown sampling policy type ${type}${hint === undefined ? "" : ` (${hint})`}`);
}

function andPart(config: AndPartConfig, context: PolicyContext): PolicyBody {
  return config.type === "not" ? not(simple(config.not.not_sub_policy, context)) : simple(config, context, ["not"]);
}

function compositePart(config: CompositePartConfig, context: PolicyContext): PolicyBody {
  return config.type === "and"
    ? and(config.and.and_sub_policy.map((part) => andPart(part, context)))
    : simple(config, context, ["and"]);
}

/** Of what all may keep, each gets its percentage, or an equal share. */
function compositeOf(config: PolicyConfig["composite"], context: PolicyContext): PolicyBody {
  const { max_total_spans_per_second: total, policy_order: order, rate_allocation: allocation } = config;
  const percents = new Map(allocation.map(({ policy, percent }) => [policy, percent]));
  const names = new Set(config.composite_sub_policy.map(({ name }) => name));
  for (const name of [...order, ...percents.keys()]) {
    if (!names.has(name)) context.warn(`a composite policy has no policy ${JSON.stringify(name)}, which it names`);
  }
  const parts = config.composite_sub_policy.map((part): CompositePart => {
    const percent = percents.get(part.name) ?? 0;
    const spansPerSecond = Math.trunc(percent > 0 ? (percent / 100) * total : total / names.size);
    return { name: part.name, body: compositePart(part, context), spansPerSecond };
  });
  const rankOf = ({ name }: CompositePart): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return composite(
    parts.toSorted((a, b) => rankOf(a) - rankOf(b)),
    total,
  );
}
