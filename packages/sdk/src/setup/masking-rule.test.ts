import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { InitContentOptions } from "./content-options.ts";
import type { InitOptions } from "./init.ts";
import { applyMaskingRule } from "./masking-rule.ts";
import type { Env } from "./read-env.ts";

const production = { NODE_ENV: "production" };
const both: InitContentOptions = { capture: "both" };

function ruled(options: InitOptions, env: Env = {}) {
  const said: string[] = [];
  const content = applyMaskingRule(options, env, (message) => said.push(message));
  return { content, said };
}

describe("content that would leave unmasked", () => {
  it("does, with a warning that names the remedy", () => {
    const { content, said } = ruled({ content: both });
    assert.equal(content, both);
    assert.match(said[0]!, /\(both\) are captured without masking\. Set GENSCOPE_MASK=true or init/u);
  });

  for (const [where, options, env] of [
    ["NODE_ENV", { content: both }, production],
    ["the environment's name", { content: both, environment: "production" }, {}],
    ["variables alone", {}, { ...production, OTEL_GENAI_CAPTURE_MESSAGE_CONTENT: "both" }],
  ] as const) {
    it(`does not in production, and this is said (${where})`, () => {
      const { content, said } = ruled(options, env);
      assert.equal(content?.capture, "none");
      assert.match(said[0]!, /are not captured: this is production.*GENSCOPE_ALLOW_UNMASKED=true/u);
    });
  }

  it("does in production if it is said twice", () => {
    for (const [content, env] of [
      [{ ...both, mask: false }, production],
      [both, { ...production, GENSCOPE_ALLOW_UNMASKED: "true" }],
    ] as const) {
      assert.deepEqual(ruled({ content }, env), { content, said: [] });
    }
  });

  it("is refused where masking is required, whatever is said", () => {
    const content = { ...both, mask: false } as const;
    assert.throws(() => ruled({ content, requireMasking: true }), /masking is required\. Set GENSCOPE_MASK/u);
    assert.throws(() => ruled({ content }, { GENSCOPE_REQUIRE_MASKING: "true" }), /masking is required/u);
  });
});

describe("content that is masked, hashed or not captured", () => {
  it("is left as it was asked for, without a word", () => {
    for (const [content, env] of [
      [{ ...both, mask: true }, production],
      [{ ...both, mask: (text: string) => text }, production],
      [{ ...both, hashOnly: { key: "0123456789abcdef" } }, production],
      [both, { ...production, GENSCOPE_MASK: "true" }],
      [{ capture: "none" }, production],
      [{}, production],
    ] as const satisfies readonly (readonly [InitContentOptions, Env])[]) {
      assert.deepEqual(ruled({ content }, env), { content, said: [] });
    }
    assert.deepEqual(ruled({}, production), { content: undefined, said: [] });
  });

  it("is not masked by a variable where the code says no", () => {
    const content = { ...both, mask: false } as const;
    assert.equal(ruled({ content }, { GENSCOPE_MASK: "true", GENSCOPE_REQUIRE_MASKING: "false" }).content, content);
  });
});
