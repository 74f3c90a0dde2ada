import type { GenAiAttributes, TokenModality } from "@genscope/semconv/genai";
import { put, type WritableAttributes } from "./put.ts";

/** Tokens of one operation. `input` includes cached tokens, `output` includes reasoning; the rest are parts of these two. */
export interface TokenUsage {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly cacheRead?: number | undefined;
  readonly cacheWrite?: number | undefined;
  readonly reasoning?: number | undefined;
  readonly inputText?: number | undefined;
  readonly inputImage?: number | undefined;
  readonly inputAudio?: number | undefined;
  readonly outputText?: number | undefined;
  readonly outputImage?: number | undefined;
  readonly outputAudio?: number | undefined;
}

export function usageAttributes(usage: TokenUsage): GenAiAttributes {
  const out: WritableAttributes = {};
  put(out, "gen_ai.usage.input_tokens", usage.input);
  put(out, "gen_ai.usage.output_tokens", usage.output);
  put(out, "gen_ai.usage.cache_read.input_tokens", usage.cacheRead);
  put(out, "gen_ai.usage.cache_write.input_tokens", usage.cacheWrite);
  put(out, "gen_ai.usage.reasoning.output_tokens", usage.reasoning);
  put(out, "gen_ai.usage.text.input_tokens", usage.inputText);
  put(out, "gen_ai.usage.image.input_tokens", usage.inputImage);
  put(out, "gen_ai.usage.audio.input_tokens", usage.inputAudio);
  put(out, "gen_ai.usage.text.output_tokens", usage.outputText);
  put(out, "gen_ai.usage.image.output_tokens", usage.outputImage);
  put(out, "gen_ai.usage.audio.output_tokens", usage.outputAudio);
  return out;
}

/** The total split by modality. What the provider did not attribute is `unknown`; the parts always add up to the total. */
export function byModality(
  total: number,
  text: number | undefined,
  image: number | undefined,
  audio: number | undefined,
): readonly (readonly [TokenModality, number])[] {
  const parts: (readonly [TokenModality, number])[] = [];
  let rest = total;
  for (const [modality, count] of [
    ["text", text],
    ["image", image],
    ["audio", audio],
  ] as const) {
    if (count === undefined || count <= 0 || count > rest) continue;
    parts.push([modality, count]);
    rest -= count;
  }
  if (rest > 0 || parts.length === 0) parts.push(["unknown", rest]);
  return parts;
}
