import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setRunContext } from "@genscope/instrumentation";
import { adjustedCount, parseOtTraceState } from "@genscope/semconv/sampling";
import { type Attributes, type Context, createTraceState, ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import { type Sampler, SamplingDecision, TracerProvider } from "@opentelemetry/sdk-trace";
import type { HeadPolicy } from "./head-policy.ts";
import { HeadSampler, type HeadSamplingOptions } from "./head-sampler.ts";

interface Decision {
  readonly kept: boolean;
  readonly ot: string | undefined;
  readonly policy: unknown;
}

function decide(
  options: HeadSamplingOptions,
  more: { traceId?: string; attributes?: Attributes; context?: Context } = {},
): Decision {
  const { traceId = idOf("80000000000000"), attributes = {}, context = ROOT_CONTEXT } = more;
  const sampler: Sampler = new HeadSampler(options);
  const result = sampler.shouldSample(context, traceId, "chat", SpanKind.CLIENT, attributes, []);
  return {
    kept: result.decision === SamplingDecision.RECORD_AND_SAMPLED,
    ot: result.traceState?.get("ot"),
    policy: result.attributes?.["genscope.sampling.policy"],
  };
}

function below(parent: { sampled: boolean; ot?: string; other?: string }): Context {
  let traceState = createTraceState(parent.other ?? "");
  if (parent.ot !== undefined) traceState = traceState.set("ot", parent.ot);
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: "1".repeat(32),
    spanId: "2".repeat(16),
    traceFlags: parent.sampled ? 1 : 0,
    traceState,
  });
}

const half = "80000000000000";

function idOf(randomness: string): string {
  return `${"0".repeat(18)}${randomness}`;
}

function refused(policy: unknown, message: RegExp): void {
  assert.throws(() => new HeadSampler({ policies: [policy as HeadPolicy] }), message);
}

const checkout: HeadPolicy = {
  name: "checkout",
  type: "string_attribute",
  string_attribute: { key: "genscope.feature", values: ["checkout"] },
};

describe("the head sampler", () => {
  it("keeps a share by the trace's id and says which", () => {
    assert.deepEqual(decide({ ratio: 0.5 }, { traceId: idOf(half) }), { kept: true, ot: "th:8", policy: undefined });
    assert.equal(decide({ ratio: 0.5 }, { traceId: idOf("7fffffffffffff") }).kept, false);
    assert.deepEqual(decide({}), { kept: true, ot: "th:0", policy: undefined });
    assert.deepEqual(decide({ ratio: 0 }), { kept: false, ot: undefined, policy: undefined });
  });

  it("counts right: what is kept stands for all", () => {
    const sampler = new HeadSampler({ ratio: 0.1 });
    const provider = new TracerProvider({ sampler });
    const tracer = provider.getTracer("test");
    let counted = 0;
    const total = 5000;
    for (let i = 0; i < total; i++) {
      const context = tracer.startSpan("x").spanContext();
      if ((context.traceFlags & 1) === 0) continue;
      counted += adjustedCount(parseOtTraceState(context.traceState?.get("ot")).threshold);
    }
    // six standard deviations
    assert.ok(Math.abs(counted - total) < 6 * Math.sqrt(total * 9), `${counted} for ${total}`);
  });

  it("follows a parent, its threshold and the trace state of others", () => {
    const kept = decide({ ratio: 0 }, { context: below({ sampled: true, ot: "th:4", other: "vendor=1" }) });
    assert.deepEqual(kept, { kept: true, ot: "th:4", policy: undefined });
    const unknown = decide({ ratio: 0 }, { context: below({ sampled: true }) });
    assert.deepEqual(unknown, { kept: true, ot: undefined, policy: undefined });
    assert.equal(decide({ ratio: 1 }, { context: below({ sampled: false }) }).kept, false);
    assert.equal(decide({ ratio: 1, parentBased: false }, { context: below({ sampled: false }) }).kept, true);
    const state = new HeadSampler().shouldSample(
      below({ sampled: true, ot: "th:4;a:b", other: "vendor=1" }),
      idOf(half),
      "chat",
      undefined,
      {},
    ).traceState;
    assert.equal(state?.serialize(), "ot=th:4;a:b,vendor=1");
  });

  it("keeps what a policy names, though the parent was not kept, and says which policy", () => {
    const context = setRunContext(below({ sampled: false }), { feature: "checkout" });
    assert.deepEqual(decide({ ratio: 0.1, policies: [checkout] }, { context }), {
      kept: true,
      ot: "th:0",
      policy: "checkout",
    });
    const other = setRunContext(below({ sampled: false }), { feature: "search" });
    assert.equal(decide({ ratio: 0.1, policies: [checkout] }, { context: other }).kept, false);
  });

  it("takes the Collector's words", () => {
    const rest: HeadPolicy = { name: "rest", type: "probabilistic", probabilistic: { sampling_percentage: 25 } };
    const low = idOf("00000000000000");
    const policies: HeadPolicy[] = [
      {
        name: "long prompts",
        type: "and",
        and: {
          and_sub_policy: [
            { type: "numeric_attribute", numeric_attribute: { key: "gen_ai.request.max_tokens", min_value: 1000 } },
            {
              type: "not",
              not: { not_sub_policy: { type: "boolean_attribute", boolean_attribute: { key: "test", value: true } } },
            },
          ],
        },
      },
      rest,
      {
        name: "no health checks",
        type: "drop",
        drop: {
          drop_sub_policy: [{ type: "string_attribute", string_attribute: { key: "url.path", values: ["/healthz"] } }],
        },
      },
    ];
    const of = (attributes: Attributes): Decision => decide({ policies }, { traceId: low, attributes });
    assert.equal(of({ "gen_ai.request.max_tokens": 2000 }).policy, "long prompts");
    assert.equal(of({ "gen_ai.request.max_tokens": 2000, test: true }).kept, false);
    assert.equal(of({ "gen_ai.request.max_tokens": 2000, "url.path": "/healthz" }).kept, false);
    assert.deepEqual(decide({ policies }, { traceId: idOf("c0000000000000") }), {
      kept: true,
      ot: "th:c",
      policy: "rest",
    });
  });

  it("refuses at once what it cannot decide, and names the remedy", () => {
    refused({ name: "slow", type: "latency", latency: { threshold_ms: 5 } }, /"slow": latency .* tail_sampling can/u);
    refused({ name: "a", type: "string_attribute", string_attribute: {} }, /key is missing/u);
    refused({ name: "a", type: "probabilistic", probabilistic: { sampling_percentage: 101 } }, /0 to 100, not 101/u);
    refused(
      { name: "a", type: "string_attribute", string_attribute: { key: "k", values: [], enabled_regex_matching: true } },
      /list the values here/u,
    );
    assert.throws(() => new HeadSampler({ ratio: 2 }), RangeError);
  });
});
