import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { indexTraces } from "@genscope/otlp";
import { configOf } from "../../testing/collector-harness.ts";
import { ConfigError } from "../../config/config-error.ts";
import { policiesOf, tailSamplingComponent, type TailSamplingConfig } from "./config.ts";
import { boundaryOf, probabilistic } from "./policies/probabilistic.ts";
import { type PolicyCase, readPolicyCases, readTailSamplingCases, requestOf } from "./testing/policy-cases.ts";

function configured(config: Record<string, unknown>): TailSamplingConfig {
  return tailSamplingComponent.config.parse(config) as TailSamplingConfig;
}

function run({ policies, config, traces }: PolicyCase): void {
  const set = policiesOf(configured({ ...config, policies }), () => {});
  for (const [slot, one] of traces.entries()) {
    const { id = (slot + 1).toString(16).padStart(32, "0"), spans, kept, atMs = 0 } = one;
    set.clear(slot, 64);
    let size = 0;
    for (const span of spans) {
      const request = requestOf(span, id);
      size += request.byteLength;
      set.begin(indexTraces(request));
      set.observe(slot, 0);
    }
    const trace = {
      slot,
      id: Buffer.from(id, "hex"),
      spanCount: spans.length,
      sizeBytes: one.bytes ?? size,
      nowMs: atMs,
    };
    let [errors, evaluated] = [0, 0];
    const decided = set.decide(trace, (_policy, outcome) => {
      evaluated++;
      if (outcome instanceof Error) errors++;
    });
    const where = `trace ${slot + 1}: ${JSON.stringify(spans)}`;
    const expected = kept === false ? "not_sampled" : kept === "dropped" ? "dropped" : "sampled";
    assert.equal(decided.decision, expected, where);
    assert.equal(decided.policy, one.by ?? (kept === false ? undefined : kept), where);
    assert.equal(decided.subPolicy, one.sub, where);
    if (one.probability === "none") assert.equal(decided.probability, undefined, where);
    else if (one.probability !== undefined) assert.equal(decided.probability, one.probability, where);
    if (one.errors !== undefined) assert.equal(errors, one.errors, where);
    if (one.evaluated !== undefined) assert.equal(evaluated, one.evaluated, where);
  }
}

describe("policies", () => {
  for (const one of readPolicyCases("policies")) it(one.name, () => run(one));
});

describe("policies on GenAI spans", () => {
  for (const one of readPolicyCases("genai")) it(one.name, () => run(one));
});

interface HashCases {
  readonly boundaries: readonly { readonly percentage: number; readonly boundary: string }[];
  readonly hashes: readonly { readonly salt: string; readonly id: string; readonly share: number }[];
}

describe("the hash of the probabilistic policy", () => {
  const { boundaries, hashes } = readTailSamplingCases("hashes") as HashCases;

  it("has the Collector's boundaries", () => {
    for (const { percentage, boundary } of boundaries) {
      assert.equal(String(boundaryOf(percentage / 100)), boundary, `${percentage} %`);
    }
  });

  it("keeps the traces that the Collector keeps", () => {
    for (const { salt, id, share } of hashes) {
      for (const [off, decision] of [
        [-1e-5, "not_sampled"],
        [1e-5, "sampled"],
      ] as const) {
        const { evaluate } = probabilistic({ hash_salt: salt, sampling_percentage: (share + off) * 100 });
        const trace = { slot: 0, id: Buffer.from(id, "hex"), spanCount: 1, sizeBytes: 1, nowMs: 0 };
        assert.equal(evaluate(trace).decision, decision, `${salt} ${id}`);
      }
    }
  });
});

interface MessageCase {
  readonly name: string;
  readonly config: Record<string, unknown>;
  readonly says: string;
}

describe("a configuration of tail sampling that cannot run", () => {
  for (const { name, config, says } of readTailSamplingCases("messages") as readonly MessageCase[]) {
    it(name, async () => {
      const all = {
        receivers: { nop: {} },
        processors: { tail_sampling: { policies: [{ name: "all", type: "always_sample" }], ...config } },
        exporters: { nop: {} },
        service: { pipelines: { traces: { receivers: ["nop"], processors: ["tail_sampling"], exporters: ["nop"] } } },
      };
      await assert.rejects(configOf(JSON.stringify(all)), (error) => {
        assert.ok(error instanceof ConfigError);
        assert.ok(error.message.includes(`processors::tail_sampling: ${says}`), error.message);
        return true;
      });
    });
  }
});
