import { z } from "zod";
import { boolean, duration, integer, list, number, section, text, word } from "../../../config/fields.ts";
import { errorModes } from "../../../ottl/index.ts";

const latency = section({
  threshold_ms: integer(0),
  /** 0: none. */
  upper_threshold_ms: integer(0),
});
const numericAttribute = section({
  key: text(""),
  /** 0 is no bound, as in the Collector. */
  min_value: integer(0),
  max_value: integer(0),
  invert_match: boolean(false),
});
const probabilistic = section({ hash_salt: text(""), sampling_percentage: number(0) });
const statusCode = section({ status_codes: list(text("")) });
const stringAttribute = section({
  key: text(""),
  values: list(text("")),
  enabled_regex_matching: boolean(false),
  cache_max_size: integer(0),
  invert_match: boolean(false),
});
/** A bucket of 0 holds twice what comes back in a second. */
const rateLimiting = section({ spans_per_second: integer(0), burst_capacity: integer(0) });
const bytesLimiting = section({ bytes_per_second: integer(0), burst_capacity: integer(0) });
const spanCount = section({ min_spans: integer(0), max_spans: integer(0) });
const traceState = section({ key: text(""), values: list(text("")) });
const booleanAttribute = section({ key: text(""), value: boolean(false), invert_match: boolean(false) });
const ottlCondition = section({
  error_mode: word(errorModes, "ignore"),
  span: list(text("")),
  spanevent: list(text("")),
});

/** Bounds are inclusive, and none if left out. */
const genAiCost = section({ min_usd: number(), max_usd: number() });
const genAiTokens = section({
  kind: word(["total", "input", "output"], "total"),
  min_tokens: number(),
  max_tokens: number(),
});
const genAiFinishReason = section({ reasons: list(text("")) });
/** Of the call that took longest, in excess of this. */
const genAiTimeToFirstToken = section({ threshold: duration(0) });
/** Names; all if left out. */
const genAiToolFailure = section({ tools: list(text("")) });
const genAiEvaluation = section({
  /** Names; all if left out. `user_feedback` is what users say. */
  names: list(text("")),
  min_score: number(),
  max_score: number(),
  labels: list(text("")),
});

export type LatencyConfig = z.output<typeof latency>;
export type NumericAttributeConfig = z.output<typeof numericAttribute>;
export type ProbabilisticConfig = z.output<typeof probabilistic>;
export type StatusCodeConfig = z.output<typeof statusCode>;
export type StringAttributeConfig = z.output<typeof stringAttribute>;
export type RateLimitingConfig = z.output<typeof rateLimiting>;
export type BytesLimitingConfig = z.output<typeof bytesLimiting>;
export type SpanCountConfig = z.output<typeof spanCount>;
export type TraceStateConfig = z.output<typeof traceState>;
export type BooleanAttributeConfig = z.output<typeof booleanAttribute>;
export type OttlConditionConfig = z.output<typeof ottlCondition>;
export type GenAiCostConfig = z.output<typeof genAiCost>;
export type GenAiTokensConfig = z.output<typeof genAiTokens>;
export type GenAiFinishReasonConfig = z.output<typeof genAiFinishReason>;
export type GenAiTimeToFirstTokenConfig = z.output<typeof genAiTimeToFirstToken>;
export type GenAiToolFailureConfig = z.output<typeof genAiToolFailure>;
export type GenAiEvaluationConfig = z.output<typeof genAiEvaluation>;

const simple = {
  name: text(""),
  type: text(""),
  latency,
  numeric_attribute: numericAttribute,
  probabilistic,
  status_code: statusCode,
  string_attribute: stringAttribute,
  rate_limiting: rateLimiting,
  bytes_limiting: bytesLimiting,
  span_count: spanCount,
  trace_state: traceState,
  boolean_attribute: booleanAttribute,
  ottl_condition: ottlCondition,
  genai_cost: genAiCost,
  genai_tokens: genAiTokens,
  genai_finish_reason: genAiFinishReason,
  genai_time_to_first_token: genAiTimeToFirstToken,
  genai_tool_failure: genAiToolFailure,
  genai_evaluation: genAiEvaluation,
};
const simplePolicy = section(simple);
const not = section({ not_sub_policy: simplePolicy });
const andPart = section({ ...simple, not });
const and = section({ and_sub_policy: list(andPart) });
const compositePart = section({ ...simple, and });

export const policyField = section({
  ...simple,
  and,
  not,
  drop: section({ drop_sub_policy: list(andPart) }),
  composite: section({
    max_total_spans_per_second: integer(0),
    policy_order: list(text("")),
    composite_sub_policy: list(compositePart),
    rate_allocation: list(section({ policy: text(""), percent: integer(0) })),
  }),
});

export type SimplePolicyConfig = z.output<typeof simplePolicy>;
export type AndPartConfig = z.output<typeof andPart>;
export type CompositePartConfig = z.output<typeof compositePart>;
export type PolicyConfig = z.output<typeof policyField>;
