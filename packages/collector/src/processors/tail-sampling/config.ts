import type { Pricing } from "@genscope/semconv/prices";
import type { z } from "zod";
import type { ComponentType } from "../../components.ts";
import { boolean, duration, integer, list, section, text } from "../../config/fields.ts";
import { pricingOf } from "../../prices/pricing-of.ts";
import { policyField } from "./policies/policy-config.ts";
import { PolicySet } from "./policy-set.ts";

const strategies = ["trace-complete", "span-ingest"];
const mostShards = 256;

const schema = section({
  decision_wait: duration(30_000),
  /** 0: no other than `decision_wait`. */
  decision_wait_after_root_received: duration(0),
  /** From when the root has come and every span that another names as its parent; 0s decides at once. Only by time if left out. */
  decision_wait_after_complete: duration(),
  num_traces: integer(50_000),
  block_on_overflow: boolean(false),
  expected_new_traces_per_sec: integer(0),
  policies: list(policyField),
  decision_cache: section({ sampled_cache_size: integer(0), non_sampled_cache_size: integer(0) }),
  sample_on_first_match: boolean(false),
  sampling_strategy: text("trace-complete"),
  drop_pending_traces_on_shutdown: boolean(false),
  maximum_trace_size_bytes: integer(0),
  num_shards: integer(1),
  /** A price table for `genai_cost`; if left out, the one of the metering connectors, or list prices alone. */
  prices: text(),
  /** Kept spans carry policy and probability as attributes of their scope. On if left out, but not with `--strict`. */
  record_policy: boolean(),
  /** Kept spans carry the probability as `ot=th` in their trace state. On if left out, but not with `--strict`. */
  record_threshold: boolean(),
});

export type TailSamplingConfig = z.output<typeof schema>;

function check(value: unknown): readonly string[] {
  const config = value as TailSamplingConfig;
  const { sampling_strategy: strategy, num_shards: shards } = config;
  const problems: string[] = [];
  if (!strategies.includes(strategy)) {
    const words = strategies.map((one) => JSON.stringify(one)).join(" or ");
    problems.push(`invalid sampling_strategy ${JSON.stringify(strategy)}, expected one of ${words}`);
  }
  if (shards > mostShards) problems.push(`num_shards (${shards}) must not exceed ${mostShards}`);
  if (config.num_traces < 1) problems.push("num_traces must be greater than 0");
  if (config.decision_wait < 0) problems.push("decision_wait must not be negative");
  try {
    policiesOf(config, () => {});
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
  }
  return problems;
}

/** Whether there is a policy, at any depth, that goes by evaluations. */
export function usesEvaluations(policies: unknown): boolean {
  if (typeof policies !== "object" || policies === null) return false;
  if ("type" in policies && policies.type === "genai_evaluation") return true;
  return Object.values(policies).some(usesEvaluations);
}

/** @throws {Error} that names the policy and says what is wrong with it. */
export function policiesOf(config: TailSamplingConfig, warn: (message: string) => void): PolicySet {
  const pricing = (): Pricing => pricingOf(config.prices);
  const set = new PolicySet(config.policies, config.sample_on_first_match, { warn, pricing });
  const stateful = set.policies.find(({ isStateful }) => isStateful);
  if (config.sampling_strategy === "span-ingest" && stateful !== undefined) {
    throw new Error(
      `sampling_strategy "span-ingest" requires all policies to be stateless, but policy ${JSON.stringify(stateful.name)} is stateful`,
    );
  }
  return set;
}

export const tailSamplingComponent: ComponentType = {
  kind: "processors",
  type: "tail_sampling",
  signals: ["traces"],
  config: schema,
  check,
  differs: {
    "": "Spans of traces that wait stay in the journal, in memory is an index of them; a restart goes on with the traces that waited. What was decided is remembered for at least `num_traces` kept and as many other traces, on disk, so late spans follow their trace over a restart.",
    decision_wait_after_complete: "not in the Collector",
    prices:
      "a file of prices for `genai_cost` (docs/metering.md); if left out, that of the metering connectors if they agree on one, else list prices alone",
    record_policy: "on, but not with `--strict`; the Collector has a feature gate for it",
    record_threshold: "on, but not with `--strict`; the Collector has a feature gate for it",
    num_traces:
      "past it the trace that has waited longest is decided early; with `--strict` it is dropped undecided, as in the Collector",
    expected_new_traces_per_sec: "without effect: tables grow as they need",
    sampling_strategy:
      "span-ingest evaluates what has come of a trace, not only the last request; where a policy drops, sampling waits for `decision_wait`, when the Collector samples nothing",
    num_shards: "without effect: there is one",
    tail_storage: "experimental there; spans that wait are in the journal",
    "policies[].ExtensionCfg": "there is no extension with policies",
    drop_pending_traces_on_shutdown: "without effect: the next run goes on with what waits",
    "policies[].composite.policy_order": "is the order; in the Collector that of the list is",
  },
};
