import assert from "node:assert/strict";
import { it } from "node:test";
import { providerNames } from "../genai/values.ts";
import { callCost } from "./call-cost.ts";

const day = new Date("2026-11-01");

it("prices tokens by kind, cached ones for less", () => {
  const plain = callCost("openai", "gpt-4o-mini-2024-07-18", { input: 1_000_000, output: 0 }, day);
  const cached = callCost(
    "openai",
    "gpt-4o-mini-2024-07-18",
    { input: 1_000_000, output: 0, cacheRead: 1_000_000 },
    day,
  );
  assert.equal(plain, 0.15);
  assert.equal(cached, 0.075);
  assert.equal(callCost("openai", "gpt-4o-mini", { output: 1_000_000 }, day), 0.6);
});

it("knows providers by the names of the conventions", () => {
  const usage = { input: 1000, output: 1000 };
  for (const [provider, model] of [
    ["anthropic", "claude-sonnet-4-20250514"],
    ["gcp.gemini", "gemini-2.0-flash"],
    ["azure.ai.openai", "gpt-4o"],
    ["mistral_ai", "mistral-large-latest"],
    ["x_ai", "grok-3"],
    ["groq", "llama-3.3-70b-versatile"],
    ["deepseek", "deepseek-chat"],
  ] as const) {
    assert.ok(providerNames.includes(provider));
    assert.ok(Number(callCost(provider, model, usage, day)) > 0, `${provider} ${model}`);
  }
});

it("says null, not 0, of what it does not know", () => {
  assert.equal(callCost("openai", "no-such-model", { input: 5 }, day), null);
  assert.equal(callCost("nobody", "nothing", { input: 5 }, day), null);
  assert.equal(callCost("openai", "gpt-4o", {}, day), null);
  assert.equal(callCost("openai", "gpt-4o", { input: 1, cacheRead: 5 }, day), null);
});
