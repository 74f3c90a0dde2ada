import type { Attributes } from "@opentelemetry/api";

/**
 * What is kept, decided when a span starts. The words are those of the Collector's `tail_sampling` processor, so that a policy can move from here to there;
 * of its types those are here that need no more than a span's first attributes.
 */
export type HeadPolicy = { readonly name: string } & HeadSubPolicy;

export type HeadSubPolicy =
  | { readonly type: "always_sample" }
  | { readonly type: "probabilistic"; readonly probabilistic: { readonly sampling_percentage: number } }
  | { readonly type: "string_attribute"; readonly string_attribute: StringAttribute }
  | { readonly type: "numeric_attribute"; readonly numeric_attribute: NumericAttribute }
  | { readonly type: "boolean_attribute"; readonly boolean_attribute: BooleanAttribute }
  | { readonly type: "and"; readonly and: { readonly and_sub_policy: readonly HeadSubPolicy[] } }
  | { readonly type: "not"; readonly not: { readonly not_sub_policy: HeadSubPolicy } }
  | { readonly type: "drop"; readonly drop: { readonly drop_sub_policy: readonly HeadSubPolicy[] } };

interface StringAttribute {
  readonly key: string;
  readonly values: readonly string[];
  readonly invert_match?: boolean;
}

interface NumericAttribute {
  readonly key: string;
  readonly min_value?: number;
  readonly max_value?: number;
  readonly invert_match?: boolean;
}

interface BooleanAttribute {
  readonly key: string;
  readonly value: boolean;
  readonly invert_match?: boolean;
}

/** The share of traces to keep, 0 to 1, for a span that starts with these attributes. */
export type Probability = (attributes: Attributes) => number;

export interface CompiledPolicy {
  readonly name: string;
  readonly drops: boolean;
  readonly probability: Probability;
}

/** Throws an error that names the policy and the remedy for what cannot be decided at a span's start. */
export function compilePolicy(policy: HeadPolicy): CompiledPolicy {
  const where = `sampling policy ${JSON.stringify(policy.name)}`;
  if (policy.type === "drop") {
    return { name: policy.name, drops: true, probability: all(policy.drop?.drop_sub_policy, where) };
  }
  return { name: policy.name, drops: false, probability: compile(policy, where) };
}

function compile(policy: HeadSubPolicy, where: string): Probability {
  switch (policy.type) {
    case "always_sample":
      return () => 1;
    case "probabilistic": {
      const { sampling_percentage: percentage } = policy.probabilistic ?? {};
      if (typeof percentage !== "number" || !(percentage >= 0 && percentage <= 100)) {
        throw new Error(`${where}: sampling_percentage is a number from 0 to 100, not ${percentage}`);
      }
      return () => percentage / 100;
    }
    case "string_attribute": {
      const { key, values, invert_match: invert } = keyed(policy.string_attribute, where);
      if ("enabled_regex_matching" in policy.string_attribute) {
        throw new Error(`${where}: patterns are matched by the collector, in linear time; list the values here`);
      }
      const wanted = new Set<unknown>(values);
      return test((value) => wanted.has(value), key, invert);
    }
    case "numeric_attribute": {
      const { key, min_value: min, max_value: max, invert_match: invert } = keyed(policy.numeric_attribute, where);
      return test(
        (value) => typeof value === "number" && value >= (min ?? -Infinity) && value <= (max ?? Infinity),
        key,
        invert,
      );
    }
    case "boolean_attribute": {
      const { key, value: wanted, invert_match: invert } = keyed(policy.boolean_attribute, where);
      return test((value) => value === wanted, key, invert);
    }
    case "and":
      return all(policy.and?.and_sub_policy, where);
    case "not": {
      const inner = compile(policy.not.not_sub_policy, where);
      return (attributes) => 1 - inner(attributes);
    }
    default:
      throw new Error(
        `${where}: ${(policy as HeadSubPolicy).type} cannot be decided when a span starts; the collector's tail_sampling can. ` +
          "Known here: always_sample, probabilistic, string_attribute, numeric_attribute, boolean_attribute, and, not, drop",
      );
  }
}

function keyed<Options extends { readonly key: string }>(options: Options | undefined, where: string): Options {
  if (typeof options?.key === "string" && options.key !== "") return options;
  throw new Error(`${where}: the attribute's key is missing`);
}

function test(matches: (value: unknown) => boolean, key: string, invert = false): Probability {
  return (attributes) => (matches(attributes[key]) === invert ? 0 : 1);
}

/** Traces are kept by one number each, so the smaller share lies within the larger: what all of several keep is what the smallest keeps. */
function all(policies: readonly HeadSubPolicy[] | undefined, where: string): Probability {
  if (policies === undefined || policies.length === 0) throw new Error(`${where}: there is no policy in it`);
  const compiled = policies.map((policy) => compile(policy, where));
  return (attributes) => Math.min(...compiled.map((probability) => probability(attributes)));
}
