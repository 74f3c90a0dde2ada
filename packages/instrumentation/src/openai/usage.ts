import { countOf, integerOf, isObject, objectOf } from "../core/read.ts";
import type { TokenUsage } from "../core/usage.ts";

/**
 * Usage as each API counts it (`prompt_tokens` or `input_tokens`; details in a word of their own with Realtime), and as compatible hosts put it (DeepSeek's cache hits). Totals already include cached
 * and reasoning tokens.
 */
export function readUsage(value: unknown): TokenUsage | undefined {
  if (!isObject(value)) return undefined;
  const input = objectOf(
    value["prompt_tokens_details"] ?? value["input_tokens_details"] ?? value["input_token_details"],
  );
  const output = objectOf(
    value["completion_tokens_details"] ?? value["output_tokens_details"] ?? value["output_token_details"],
  );
  return {
    input: integerOf(value["prompt_tokens"]) ?? integerOf(value["input_tokens"]),
    output: integerOf(value["completion_tokens"]) ?? integerOf(value["output_tokens"]),
    cacheRead: integerOf(input["cached_tokens"]) ?? integerOf(value["prompt_cache_hit_tokens"]),
    cacheWrite: countOf(input["cache_write_tokens"]),
    reasoning: integerOf(output["reasoning_tokens"]),
    inputText: countOf(input["text_tokens"]),
    inputImage: countOf(input["image_tokens"]),
    inputAudio: countOf(input["audio_tokens"]),
    outputText: countOf(output["text_tokens"]),
    outputImage: countOf(output["image_tokens"]),
    outputAudio: countOf(output["audio_tokens"]),
  };
}
