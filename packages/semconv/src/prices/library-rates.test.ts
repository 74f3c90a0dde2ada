import assert from "node:assert/strict";
import { it } from "node:test";
import { calcPrice, findProvider } from "@pydantic/genai-prices";
import { libraryRates } from "./library-rates.ts";
import { costOf } from "./rates.ts";

const providers = ["anthropic", "openai", "google", "aws", "azure", "mistral", "groq", "x-ai", "deepseek", "cohere"];
const times = [new Date("2026-11-01T12:00:00Z"), new Date("2025-03-01T20:00:00Z")];
const calls = [
  { input: 1_000, output: 500 },
  { input: 300_000, output: 10 },
  { input: 1_000, output: 10, cacheRead: 400, cacheWrite: 100 },
  { input: 5, output: 900, reasoning: 700 },
];

it("comes to what the library says, for every model with prices of input and output, on any day and in any tier", () => {
  let compared = 0;
  for (const provider of providers) {
    for (const { id } of findProvider({ providerId: provider })?.models ?? []) {
      for (const at of times) {
        const rates = libraryRates(provider, id, at);
        if (rates?.input === undefined || rates.output === undefined || rates.request > 0) continue;
        for (const { input, output, cacheRead, cacheWrite, reasoning } of calls) {
          const usage = {
            input_tokens: input,
            output_tokens: output,
            ...(cacheRead === undefined ? {} : { cache_read_tokens: cacheRead, cache_write_tokens: cacheWrite }),
            ...(reasoning === undefined ? {} : { output_reasoning_tokens: reasoning }),
          };
          const theirs = calcPrice(usage, id, { providerId: provider, timestamp: at })!.total_price;
          const ours = costOf(rates, { input, output, cacheRead, cacheWrite, reasoning })!;
          assert.ok(Math.abs(ours - theirs) <= 1e-12 + 1e-9 * theirs, `${provider} ${id}: ${ours}, ${theirs}`);
          compared++;
        }
      }
    }
  }
  assert.ok(compared > 1_000, String(compared));
});
