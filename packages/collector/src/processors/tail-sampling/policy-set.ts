import type { TraceView } from "@genscope/otlp";
import { chanceOf, shareOfAny } from "./policies/combined.ts";
import { buildPolicy } from "./policies/build-policy.ts";
import type { PolicyConfig } from "./policies/policy-config.ts";
import type { Chance, Evaluation, PolicyBody, PolicyContext, TraceAt } from "./policies/policy.ts";
import { Evaluations } from "./evaluations/evaluations.ts";
import { Facts } from "./facts.ts";
import { SpanAt } from "./span-at.ts";

export interface Policy extends PolicyBody {
  readonly name: string;
  readonly isDrop: boolean;
}

export interface Decision {
  readonly decision: Evaluation["decision"];
  /** The first policy that decided so; undefined where none sampled. */
  readonly policy: string | undefined;
  /** Of a composite policy, which of its policies. */
  readonly subPolicy: string | undefined;
  /** The share of traces like this one that is kept, by all policies together; undefined where a limit has its part in it. */
  readonly probability: number | undefined;
}

/** Told what each policy came to: an error where it could not be evaluated. */
export type OnEvaluation = (policy: number, outcome: Evaluation["decision"] | Error) => void;

export type PolicyOptions = Pick<PolicyContext, "warn" | "pricing">;

/** The policies of a configuration, with what they note of the traces that wait. */
export class PolicySet {
  /** Those that drop come first. */
  readonly policies: readonly Policy[];
  readonly evaluations: Evaluations = new Evaluations();
  readonly #facts = new Facts();
  readonly #span = new SpanAt();
  readonly #watchers: ((span: SpanAt, slot: number) => void)[] = [];
  readonly #stopsAtFirst: boolean;
  /** Of the trace being decided: by policies that keep, and by those that drop. */
  readonly #chances: (Chance | undefined)[] = [];
  readonly #drops: (Chance | undefined)[] = [];

  /** Throws an Error that names the policy and says what is wrong with it. */
  constructor(configs: readonly PolicyConfig[], stopsAtFirst: boolean, { warn, pricing }: PolicyOptions) {
    this.#stopsAtFirst = stopsAtFirst;
    const names = new Set<string>();
    const policies = configs.map((config): Policy => {
      const { name, type } = config;
      if (name === "") throw new Error("policy name cannot be empty");
      if (names.has(name)) throw new Error(`duplicate policy name ${JSON.stringify(name)}`);
      names.add(name);
      try {
        const body = buildPolicy(config, {
          facts: this.#facts,
          watch: (observe) => void this.#watchers.push(observe),
          pricing,
          evaluations: this.evaluations,
          warn: (message) => warn(`policy ${JSON.stringify(name)}: ${message}`),
        });
        return { ...body, name, isDrop: type === "drop" };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`failed to create policy evaluator for ${JSON.stringify(name)}: ${reason}`, { cause: error });
      }
    });
    this.policies = [...policies.filter(({ isDrop }) => isDrop), ...policies.filter(({ isDrop }) => !isDrop)];
  }

  /** A trace begins; slots are below `capacity`. */
  clear(slot: number, capacity: number): void {
    this.#facts.clear(slot, capacity);
  }

  begin(view: TraceView): void {
    this.#span.begin(view);
  }

  /** Notes what policies need of a span of the request that was begun. */
  observe(slot: number, row: number): void {
    this.#span.row = row;
    for (const observe of this.#watchers) observe(this.#span, slot);
  }

  decide(trace: TraceAt, onEvaluation: OnEvaluation): Decision {
    let by: string | undefined;
    let subPolicy: string | undefined;
    const chances = this.#chances;
    const drops = this.#drops;
    // quicker than setting their lengths
    while (chances.length > 0) chances.pop();
    while (drops.length > 0) drops.pop();
    for (let index = 0; index < this.policies.length; index++) {
      const policy = this.policies[index]!;
      if (by !== undefined && this.#stopsAtFirst) {
        chances.push(chanceOf(policy, trace));
        continue;
      }
      const evaluation = evaluated(policy, trace);
      onEvaluation(index, evaluation instanceof Error ? evaluation : evaluation.decision);
      if (evaluation instanceof Error) continue;
      const { decision, chance } = evaluation;
      if (decision === "dropped") {
        return { decision, policy: policy.name, subPolicy: undefined, probability: undefined };
      }
      (policy.isDrop ? drops : chances).push(chance);
      if (decision === "sampled" && by === undefined) {
        by = policy.name;
        subPolicy = evaluation.subPolicy;
      }
    }
    const kept = shareOfAny(chances);
    const dropped = shareOfAny(drops);
    const probability = kept === undefined || dropped === undefined ? undefined : kept * (1 - dropped);
    return {
      decision: by === undefined ? "not_sampled" : "sampled",
      policy: by,
      subPolicy,
      probability: probability === 0 ? undefined : probability,
    };
  }
}

function evaluated({ evaluate }: Policy, trace: TraceAt): Evaluation | Error {
  try {
    return evaluate(trace);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
